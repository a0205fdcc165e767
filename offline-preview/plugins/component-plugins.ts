// The plugins of one stack: each package whose source is a folder gets a process when the first of its components is
// registered, and makes all of them.

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Client, ServiceError } from "@grpc/grpc-js";
import type * as providerproto from "@pulumi/pulumi/proto/provider_pb.js";
import { messageOf } from "../errors.ts";
import { pluginFile } from "../project/packages.ts";
import type { Protocol } from "../runner/monitor-server.ts";
import { constructError } from "./construct-error.ts";
import { PluginProcess } from "./plugin-process.ts";

type Request = providerproto.ConstructRequest;
type Response = providerproto.ConstructResponse;

interface Outcome {
  error: ServiceError | null;
  response: Response;
}

type ProviderClient = Client & {
  construct(request: Request, done: (error: Outcome["error"], response: Response) => void): void;
};

/** What the plugins of a stack are started with. */
export interface ComponentPluginsStart {
  /** Name -> folder, as in the project. */
  packages: Record<string, string>;
  protocol: Protocol;
  /** Address of the engine and the monitor. */
  address: string;
  /** Keys of the stack's configuration whose text is not known. */
  encryptedKeys: string[];
  cwd: string;
  environment: Record<string, string>;
  /** Options of Node.js for the plugin of a folder. */
  nodeOptions(folder: string): string[];
  warn(message: string): void;
}

/** A plugin that serves. */
interface Running {
  process: PluginProcess;
  client: ProviderClient;
}

/** All plugins of one stack. */
export class ComponentPlugins {
  private readonly start: ComponentPluginsStart;
  private readonly processes: PluginProcess[] = [];
  private readonly clients: Client[] = [];
  private stopped = false;
  private readonly plugins = new Map<string, Promise<Running | undefined>>();

  constructor(start: ComponentPluginsStart) {
    this.start = start;
  }

  /**
   * Has a package's plugin make a component, which the plugin registers at the monitor. Undefined if the package is no
   * folder of the project, or its plugin cannot run, of which a warning says why. Rejects if the component fails.
   */
  async construct(name: string, request: Request): Promise<Response | undefined> {
    const folder = this.start.packages[name];
    if (folder === undefined) return undefined;
    if (this.stopped) throw new Error("the stack has ended");
    const plugin = this.plugins.get(name) ?? this.startOrWarn(name, folder);
    this.plugins.set(name, plugin);
    const running = await plugin;
    if (running === undefined) return undefined;
    request.setMonitorendpoint(this.start.address);
    const { error, response } = await new Promise<Outcome>((resolve) => {
      running.client.construct(request, (error, response) => resolve({ error, response }));
    });
    if (error === null) return response;
    const why = running.process.ended() ?? constructError(this.start.protocol, error);
    throw new Error(`${request.getType()} resource '${request.getName()}' has a problem: ${why}`);
  }

  /** Ends all processes, at once. */
  stop(): void {
    this.stopped = true;
    for (const client of this.clients) client.close();
    for (const process of this.processes) process.stop();
  }

  private async startOrWarn(name: string, folder: string): Promise<Running | undefined> {
    try {
      return await this.startPlugin(name, folder);
    } catch (error) {
      // When its stack has ended, it was stopped while it started.
      if (this.stopped) throw error;
      const why = messageOf(error);
      this.start.warn(`package ${name}: its components are opaque, as its plugin in ${folder} cannot run: ${why}`);
      return undefined;
    }
  }

  private async startPlugin(name: string, folder: string): Promise<Running> {
    checkSource(name, folder);
    const { address, protocol, nodeOptions, ...start } = this.start;
    const process = new PluginProcess({ ...start, folder, engine: address, nodeOptions: nodeOptions(folder) });
    this.processes.push(process);
    const { ResourceProviderClient } = protocol.load("provider_grpc_pb.js") as unknown as {
      ResourceProviderClient: new (address: string, credentials: unknown, options: object) => ProviderClient;
    };
    const target = `127.0.0.1:${await process.port}`;
    const client = new ResourceProviderClient(target, protocol.grpc.credentials.createInsecure(), protocol.options);
    this.clients.push(client);
    return { process, client };
  }
}

/** Throws if a folder holds no plugin that can be run here. */
function checkSource(name: string, folder: string): void {
  if (existsSync(join(folder, `pulumi-resource-${name}`))) throw new Error("it is a program, and no source");
  const file = pluginFile(folder);
  if (file === undefined) throw new Error("it has no PulumiPlugin.yaml that can be read");
  const runtime = typeof file.runtime === "object" ? (file.runtime as { name?: unknown } | null)?.name : file.runtime;
  if (runtime !== "nodejs") throw new Error(`its runtime is ${runtime ?? "not set"}, and only nodejs runs offline`);
  try {
    createRequire(join(folder, "plugin.js")).resolve("@pulumi/pulumi/cmd/run-plugin/run");
  } catch {
    throw new Error("@pulumi/pulumi is not installed there; run npm install in the folder");
  }
}
