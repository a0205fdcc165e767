// The command line.

import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { UserError } from "./errors.ts";
import { exportStacks } from "./export/export.ts";
import { folder } from "./here.cjs";
import { type Command, exportsOf, HELP, parseCommandLine, readCommand, type Values } from "./options.ts";
import { missingAnswers, recordFixtures } from "./project/record-fixtures.ts";
import type { MissingAnswer } from "./protocol/messages.ts";
import { mergeReports } from "./report/merge.ts";
import { neutral, neutralLines } from "./report/neutral.ts";
import { liveProgress, quietProgress } from "./report/progress.ts";
import { jsonReport } from "./report/report-json.ts";
import { textReport } from "./report/report-text.ts";
import type { PreviewResult } from "./report/result.ts";
import { ERROR, exitCode, PASS } from "./report/verdict.ts";
import { knowledgeOf } from "./sdk/knowledge.ts";
import { startPreview } from "./supervisor.ts";

function version(): string {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version;
}

async function preview(command: Command): Promise<number> {
  const progress = command.quiet || command.json ? quietProgress(process.stderr) : liveProgress(process.stderr);
  const missing: MissingAnswer[] = [];
  const recording =
    command.record === undefined ? {} : { missing: (answer: MissingAnswer) => void missing.push(answer) };
  const { result, stop } = startPreview({ ...command, ...recording }, progress);
  stopWith(stop);
  const found = await result;
  if (command.shard !== undefined) found.shard = command.shard;
  if (command.record !== undefined) record(command, command.record, missing);
  return finish(found, command);
}

/** Children never outlive this process: not when it is told to stop, and not when it fails itself. */
function stopWith(stop: () => void): void {
  process.on("exit", stop);
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) {
    process.on(signal, () => {
      stop();
      for (const name of signals) process.removeAllListeners(name);
      process.kill(process.pid, signal);
    });
  }
}

function record(command: Command, file: string, missing: MissingAnswer[]): void {
  const [first] = command.stacks;
  if (first === undefined) return;
  const added = recordFixtures(file, missingAnswers(missing), knowledgeOf({ ...first.project, ...command }));
  process.stderr.write(`${neutral(file)}: ${added} answers to fill in\n`);
}

/** Writes what the command was asked for. */
function finish(found: PreviewResult, options: Pick<Command, "json" | "quiet" | "allowUndecided" | "exports">): number {
  for (const { format, folder } of options.exports) {
    const { files, skipped } = exportStacks(format, found.stacks, folder);
    process.stderr.write(`${neutral(folder)}: ${files.length} files, ${skipped.length} resources left out\n`);
  }
  process.stdout.write(options.json ? `${jsonReport(found)}\n` : textReport(found, options));
  return exitCode(found);
}

function merge(files: string[], values: Values): number {
  const others = ["cwd", "stack", "policy-pack", "shard"] as const;
  const other = others.find((name) => values[name] !== undefined);
  if (other !== undefined) throw new UserError(`--merge previews nothing: leave --${other} out`);
  const { json = false, quiet = false, "allow-undecided": allowUndecided = false } = values;
  const found = mergeReports(files.map((file) => resolve(file)));
  return finish(found, { json, quiet, allowUndecided, exports: exportsOf(values) });
}

/** Runs the command and returns its exit code. */
export async function main(args: string[]): Promise<number> {
  try {
    const values = parseCommandLine(args);
    if (values.help) {
      process.stdout.write(HELP);
      return PASS;
    }
    if (values.version) {
      process.stdout.write(`${version()}\n`);
      return PASS;
    }
    if (values.merge) return merge(values.merge, values);
    return await preview(readCommand(values));
  } catch (error) {
    const text = error instanceof UserError ? error.message : error instanceof Error ? error.stack : String(error);
    process.stderr.write(`pulumi-offline-preview: ${neutralLines(String(text)).join("\n")}\n`);
    return ERROR;
  }
}
