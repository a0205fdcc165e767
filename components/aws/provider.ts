import { Provider } from "@pulumi/aws/provider.js";
import type * as pulumi from "@pulumi/pulumi";
import type { WorkspaceArgs } from "../args.ts";
import { parseWorkspace, workspaceTags } from "../spec.ts";

/**
 * The AWS provider of a workspace. It works in the spec's region, refuses every account but the spec's, and puts the
 * workspace's tags on every resource.
 * @throws InvalidInputError when the spec is not valid.
 */
export function createProvider(name: string, args: WorkspaceArgs, opts?: pulumi.ResourceOptions): Provider {
  const workspace = parseWorkspace(args);
  return new Provider(
    name,
    {
      region: workspace.location,
      allowedAccountIds: [workspace.account.aws!.accountId],
      defaultTags: { tags: workspaceTags(workspace) },
    },
    opts,
  );
}
