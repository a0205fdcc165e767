import { Provider } from "@pulumi/gcp/provider.js";
import type * as pulumi from "@pulumi/pulumi";
import type { WorkspaceArgs } from "../args.ts";
import { parseWorkspace, workspaceTags } from "../spec.ts";
import { targetOf } from "./target.ts";

/**
 * The one provider of a workspace, made from its spec.
 *
 * Google Cloud's provider has no list of allowed projects. Another project is refused in three ways instead: the
 * project is a plain value of the spec that the provider and every resource name (nothing comes from the environment or
 * from the credentials); quota and API checks are made against this project, so that credentials without rights on it
 * fail at once; and a project number that is not this project's stops the update before any key is granted
 * ({@link ProjectServices.agent}).
 *
 * @param name Name of the provider resource.
 * @param args The workspace spec.
 * @throws InvalidInputError when the spec is not valid or not for Google Cloud.
 */
export function createProvider(name: string, args: WorkspaceArgs, opts?: pulumi.ResourceOptions): Provider {
  const workspace = parseWorkspace(args);
  const { project, region } = targetOf(workspace);
  return new Provider(
    name,
    { project, region, billingProject: project, userProjectOverride: true, defaultLabels: workspaceTags(workspace) },
    opts,
  );
}
