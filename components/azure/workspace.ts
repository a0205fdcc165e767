import type * as pulumi from "@pulumi/pulumi";
import type { WorkspaceArgs } from "../args.ts";
import { MlWorkspace } from "../workspace.ts";
import { parseAzureWorkspace } from "./checks.ts";
import { AzurePlatform } from "./platform.ts";

/** A private ML workspace on Azure Machine Learning. */
export class SecureMlWorkspace extends MlWorkspace {
  /**
   * @param name Name of the component; its children's names begin with it.
   * @param args The workspace spec, with `cloud: azure`.
   * @param opts Resource options. Give the provider from `createProvider`.
   * @throws InvalidInputError that lists everything wrong with the spec, before any resource is registered.
   */
  constructor(name: string, args: WorkspaceArgs, opts: pulumi.ComponentResourceOptions = {}) {
    parseAzureWorkspace(args);
    super(name, args, opts, (workspace, parent) => new AzurePlatform(name, workspace, parent));
  }
}
