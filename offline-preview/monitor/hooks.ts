// Resource hooks: functions of the program that run before and after a resource is created. In a preview those that ask
// for it (`onDryRun`) run too (pkg/resource/deploy/deployment.go: RunHooks).

import type * as resproto from "@pulumi/pulumi/proto/resource_pb.js";
import type * as structproto from "google-protobuf/google/protobuf/struct_pb.js";
import type { LogLine, Properties } from "../protocol/messages.ts";
import type { Callback } from "./transforms.ts";

/** When a hook runs. */
export type HookTime = "before" | "after";

/** The resource that a hook is told about. */
export interface HookedResource {
  urn: string;
  id: string;
  type: string;
  name: string;
  /** Names of the hooks to run. */
  hooks: string[];
  inputs: Properties;
  /** Only after the creation. */
  outputs?: Properties;
}

interface Hook {
  callback: Callback;
  onDryRun: boolean;
  ignoreErrors: boolean;
}

interface Protos {
  resource: typeof resproto;
  struct: typeof structproto;
}

/** The hooks of one stack. */
export class Hooks {
  private readonly names = new Set<string>();
  private readonly hooks = new Map<string, Hook>();
  private readonly protos: Protos;
  private readonly call: (callback: Callback, request: Uint8Array) => Promise<Uint8Array>;
  private readonly log: (line: LogLine) => void;

  constructor(protos: Protos, call: Hooks["call"], log: Hooks["log"]) {
    this.protos = protos;
    this.call = call;
    this.log = log;
  }

  /** Remembers a hook; an error if another one has its name. */
  add(request: resproto.RegisterResourceHookRequest): void {
    const name = this.claim(request.getName());
    const callback = request.getCallback();
    this.hooks.set(name, {
      callback: { target: callback?.getTarget() ?? "", token: callback?.getToken() ?? "" },
      onDryRun: request.getOnDryRun(),
      ignoreErrors: request.getIgnoreErrors(),
    });
  }

  /** Hooks for failed deployments never run in a preview; their names are taken all the same. */
  addErrorHook(request: resproto.RegisterErrorHookRequest): void {
    this.claim(request.getName());
  }

  private claim(name: string): string {
    if (name === "") throw new Error("resource hook name cannot be empty");
    if (this.names.has(name)) throw new Error(`resource hook already registered for name "${name}"`);
    this.names.add(name);
    return name;
  }

  /** Runs a resource's hooks in their order; the first error ends it, unless the hook says that its errors do not matter. */
  async run(time: HookTime, resource: HookedResource): Promise<void> {
    for (const name of resource.hooks) {
      const hook = this.hooks.get(name);
      if (hook === undefined) throw new Error(`hook "${name}" was not registered`);
      if (!hook.onDryRun) continue;
      const error = await this.runOne(hook, resource);
      if (error === "") continue;
      if (!hook.ignoreErrors) throw new Error(`${time} hook "${name}" failed: ${error}`);
      this.log({ severity: "warning", message: `${time} hook "${name}" failed: ${error}`, urn: resource.urn });
    }
  }

  private async runOne(hook: Hook, resource: HookedResource): Promise<string> {
    const request = new this.protos.resource.ResourceHookRequest();
    request.setUrn(resource.urn);
    request.setId(resource.id);
    request.setName(resource.name);
    request.setType(resource.type);
    request.setNewInputs(this.struct(resource.inputs));
    if (resource.outputs !== undefined) request.setNewOutputs(this.struct(resource.outputs));
    try {
      const bytes = await this.call(hook.callback, request.serializeBinary());
      return this.protos.resource.ResourceHookResponse.deserializeBinary(bytes).getError();
    } catch (error) {
      return (error as Error).message;
    }
  }

  private struct(properties: Properties): structproto.Struct {
    return this.protos.struct.Struct.fromJavaScript(properties as never);
  }
}
