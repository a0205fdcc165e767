/** Runs the offline preview as a user does, and reads its JSON report. */
import { spawnSync } from "node:child_process";

export interface Diagnostic {
  pack: string;
  policy: string;
  level: string;
  severity: string;
  urn: string;
  message: string;
  remedy: string;
}

export interface Undecided {
  policy: string;
  level: string;
  severity: string;
  urn: string;
  reason: string;
}

export interface StackReport {
  stack: string;
  ok: boolean;
  error?: string;
  resources: {
    urn: string;
    type: string;
    name: string;
    inputs: Record<string, unknown>;
    parent?: string;
    dependencies: string[];
  }[];
  diagnostics: Diagnostic[];
  notEvaluated: Undecided[];
  /** What the second pass of `--assume-created` found. */
  assumed?: { diagnostics: Diagnostic[]; notEvaluated: Undecided[] };
  exempted: unknown[];
}

export interface Report {
  ok: boolean;
  stacks: StackReport[];
}

export interface Preview {
  exitCode: number | null;
  report: Report;
}

/** `pulumi-offline-preview … --json` from the repository's root. Throws with its messages when it prints no report. */
export function preview(...args: string[]): Preview {
  const command = ["offline-preview/bin/pulumi-offline-preview.cjs", ...args, "--json", "--quiet"];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: "utf8", maxBuffer: 2 ** 28 });
  try {
    return { exitCode: status, report: JSON.parse(stdout) as Report };
  } catch {
    throw new Error(`the preview printed no report (exit ${status}): ${stderr}${stdout.slice(0, 500)}`);
  }
}
