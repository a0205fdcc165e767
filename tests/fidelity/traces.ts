// Fidelity programs, what the engine was recorded to do with them, and what the offline preview does. A recording is the
// engine's own log of `pulumi preview --policy-pack PACK` (PULUMI_DEBUG_GRPC), with a provider that returns its inputs, makes
// unknown what the SDK marks as an output, and answers from the program's fixtures; the calls to the pack are kept.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../offline-preview/preview.ts";
import type { Call } from "./compare.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const PROGRAMS = join(import.meta.dirname, "programs");

/** What happened to one program: every call to the policy pack in order, and whether the preview failed. */
export interface Trace {
  failed: boolean;
  calls: Call[];
}

/** A trace that the engine left, with the engine's version. */
export interface RecordedTrace extends Trace {
  engine: string;
}

/** What a program's fidelity.json may say. */
interface Settings {
  /** The folder of its policy pack; "pack" if not given. */
  pack?: string;
}

/** The names of all programs: the folders of programs/. */
export function programNames(): string[] {
  return readdirSync(PROGRAMS).sort();
}

/** Reads what the engine did with a program. */
export function recordedTrace(name: string): RecordedTrace {
  const file = join(import.meta.dirname, "traces", `${name}.json`);
  return JSON.parse(readFileSync(file, "utf8")) as RecordedTrace;
}

/** Previews a program offline; also gives what was printed, for messages. */
export async function offlineTrace(name: string): Promise<Trace & { output: string }> {
  const program = join(PROGRAMS, name);
  const settingsFile = join(program, "fidelity.json");
  const settings = existsSync(settingsFile) ? (JSON.parse(readFileSync(settingsFile, "utf8")) as Settings) : {};
  const fixtures = join(program, "fixtures.yaml");
  const scratch = mkdtempSync(join(tmpdir(), "fidelity-"));
  const file = join(scratch, "trace.json");
  try {
    const pack = join(import.meta.dirname, settings.pack ?? "pack");
    // The engine passes what cannot be decided, and so does the preview that is compared with it.
    const args = ["--cwd", program, "--stack", "dev", "--policy-pack", pack, "--allow-undecided", "--trace", file];
    if (existsSync(fixtures)) args.push("--fixtures", fixtures);
    const { code, stdout, stderr } = await run(args);
    return { failed: code !== 0, calls: readCalls(readFileSync(file, "utf8")), output: stdout + stderr };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Takes out of a recorded or traced text what differs between machines and between versions of the SDKs. */
export function withoutMachine(text: string): string {
  let result = text.replaceAll(ROOT, "<root>");
  for (const sdk of ["aws", "gcp", "azure-native"]) {
    const { version } = createRequire(import.meta.url)(`@pulumi/${sdk}/package.json`) as { version: string };
    result = result
      .replaceAll(`"${version}"`, `"<${sdk}>"`)
      .replaceAll(`default_${version.replaceAll(".", "_")}`, `default_<${sdk}>`);
  }
  return result;
}

function readCalls(text: string): Call[] {
  const lines = withoutMachine(text).split("\n");
  return lines
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Call)
    .map(({ method, request }) => ({
      method: method.slice("/pulumirpc.Analyzer/".length),
      request: withoutAddress(request),
    }));
}

// The engine's address is a free port, and the offline preview has none.
function withoutAddress(request: Call["request"]): Call["request"] {
  const { engineAddress: _, ...rest } = request;
  return rest;
}
