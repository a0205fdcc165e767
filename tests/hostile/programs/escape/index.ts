// Looks for a way around the permissions of Node.js: out of the project, to other processes, into other stacks.
import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { register } from "node:module";
import { homedir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import nodeProcess, { kill } from "node:process";
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import { CustomResource } from "@pulumi/pulumi";

async function attempt(name: string, action: () => unknown): Promise<void> {
  try {
    console.log(`${name}: ${String(await action())}`);
  } catch (error) {
    console.log(`${name}: refused (${(error as { code?: string }).code})`);
  }
}

const raw = nodeProcess as unknown as Record<string, (pid: number, signal?: number) => unknown>;
const home = homedir();
const loaded = "globalThis.planted = true;";

await attempt("thread", () => new Worker("", { eval: true }));
await attempt("loader", () => register("./hooks.js", import.meta.url));
await attempt("signal", () => process.kill(process.ppid, 0));
await attempt("imported signal", () => kill(process.ppid, 0));
await attempt("raw signal", () => raw._kill!(process.ppid, 0));
await attempt("debugger of another process", () => raw._debugProcess!(process.ppid));
await attempt("database", () => import("node:sqlite" as string));
await attempt("log of V8", () => setFlagsFromString("--logfile=../v8.log"));
await attempt("own environment", () => readFileSync("/proc/self/environ"));
await attempt("real home", () => readdirSync(userInfo().homedir));
await attempt("home", () => JSON.stringify(readdirSync(home)));
await attempt("folder of the preview", () => readdirSync(dirname(home)));
await attempt("home of the packs", () => appendFileSync(join(dirname(home), "planted"), ""));
await attempt("module in the home", () => {
  mkdirSync(join(home, ".node_modules", "planted"), { recursive: true });
  writeFileSync(join(home, ".node_modules", "planted", "index.js"), loaded);
  return "written";
});

new CustomResource("demo:index:Thing", "after", {});
