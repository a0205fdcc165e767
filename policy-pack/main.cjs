"use strict";
// The entry point of the policy pack. Pulumi starts packs through ts-node, which cannot load several TypeScript files;
// an import started here bypasses it, and Node.js runs the files as they are.
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  throw new Error(
    `The policy pack needs Node.js 22.18 or newer, and runs on ${process.versions.node}: put it first on PATH.`,
  );
}

// Compiled in the published package, TypeScript in the repository.
module.exports = existsSync(join(__dirname, "index.js")) ? import("./index.js") : import("./index.ts");
