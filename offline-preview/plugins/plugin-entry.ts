// Child process: the plugin of a package whose source is a folder. The SDK's own cmd/run-plugin runs it, with what is
// replaced in the SDK for programs, and with their compiler in place of ts-node: it checks no types, and needs no more
// than to read the sources. Arguments: the folder, the address of the engine, the names of encrypted configuration values.

import { createRequire } from "node:module";
import { join } from "node:path";
import { findCompiler } from "../runner/compiler.ts";
import { compileWith, installFreshModules } from "../runner/modules.ts";
import { loadRuntime } from "../runner/runtime.ts";

/** The part of @pulumi/pulumi's cmd/run-plugin/run.js that is used. */
interface RunPlugin {
  run(options: {
    argv: { _: string[] };
    programStarted(): void;
    reportLoggedError(error: Error): void;
    typeScript: boolean;
  }): Promise<unknown>;
}

const [folder, engine, encryptedKeys] = process.argv.slice(2) as [string, string, string];
loadRuntime(folder).setEncrypted(JSON.parse(encryptedKeys) as string[]);
installFreshModules();
const compiler = findCompiler({ pwd: folder, typescript: {} }, false);
if (compiler !== undefined) compileWith(compiler);
const { run } = createRequire(join(folder, "plugin.js"))("@pulumi/pulumi/cmd/run-plugin/run") as RunPlugin;
void run({ argv: { _: [folder, engine] }, programStarted: () => {}, reportLoggedError: () => {}, typeScript: false });
