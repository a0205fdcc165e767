import type * as pulumi from "@pulumi/pulumi";
import type { WorkspaceArgs } from "../args.ts";
import { InvalidInputError } from "../problems.ts";
import { parseWorkspace } from "../spec.ts";
import { MlWorkspace } from "../workspace.ts";
import { checkBucketNames } from "./data-stores.ts";
import { GcpPlatform } from "./platform.ts";
import { targetOf } from "./target.ts";
import { trainingProblems } from "./training-checks.ts";

/** A private ML workspace on Vertex AI. It has its Google Cloud project for itself. */
export class SecureMlWorkspace extends MlWorkspace {
  /**
   * @param name Name of the component.
   * @param args The workspace spec, with `cloud: gcp`.
   * @param opts Resource options; give the provider of {@link createProvider}.
   * @throws InvalidInputError that lists everything wrong with the spec.
   */
  constructor(name: string, args: WorkspaceArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super(name, checked(args), opts, (workspace, parent) => new GcpPlatform(workspace, parent));
  }
}

/** Checks what only Google Cloud demands, before any resource is registered. */
function checked(args: WorkspaceArgs): WorkspaceArgs {
  const workspace = parseWorkspace(args);
  targetOf(workspace);
  checkBucketNames(workspace);
  const problems = trainingProblems(workspace);
  if (problems.length > 0) throw new InvalidInputError("The workspace spec", problems);
  return args;
}
