import type * as pulumi from "@pulumi/pulumi";
import type { WorkspaceArgs } from "../args.ts";
import { MlWorkspace } from "../workspace.ts";
import { AwsPlatform } from "./platform.ts";

/** A private ML workspace on Amazon SageMaker. */
export class SecureMlWorkspace extends MlWorkspace {
  /**
   * @param name Name of the component; its children's names begin with it.
   * @param args The workspace spec, with `cloud: aws`.
   * @param opts Resource options; give the provider that `createProvider` makes.
   * @throws InvalidInputError that lists everything wrong with the spec, before any resource is registered.
   */
  constructor(name: string, args: WorkspaceArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super(name, args, opts, (workspace, parent) => new AwsPlatform(workspace, parent));
  }
}
