export type * from "./args.ts";
export { InvalidInputError, type Problem } from "./problems.ts";
export {
  CLOUDS,
  type Cloud,
  DATA_CLASSIFICATIONS,
  EGRESS_MODES,
  parseWorkspace,
  SIZES,
  type Workspace,
  workspaceSchema,
  workspaceTags,
} from "./spec.ts";
export { MlWorkspace } from "./workspace.ts";
