/** Writes every generated file, or with `--check` names those that are out of date and exits 1. */
import { readFileSync, writeFileSync } from "node:fs";
import * as args from "./docs/args.ts";
import * as controls from "./docs/controls.ts";
import * as coverage from "./docs/coverage.ts";
import * as scanners from "./docs/scanners.ts";
import * as spec from "./docs/spec.ts";
import * as stackSchema from "./docs/stack-schema.ts";

interface Generator {
  /** Path of the generated file, from the repository's root. */
  file: string;
  /** Its whole content. */
  render(): string;
}

const generators: Generator[] = [args, spec, stackSchema, controls, coverage, scanners];

function isCurrent({ file, render }: Generator): boolean {
  try {
    return readFileSync(file, "utf8") === render();
  } catch {
    return false;
  }
}

const stale = generators.filter((generator) => !isCurrent(generator));
if (process.argv.includes("--check")) {
  for (const { file } of stale) console.error(`${file} is out of date: run npm run docs`);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  for (const { file, render } of stale) writeFileSync(file, render());
}
