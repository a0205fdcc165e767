// The command line.

import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { messageOf, UserError } from "./errors.ts";
import { folder } from "./here.cjs";
import { loadPackSource } from "./packs/pack.ts";
import { traceTo } from "./packs/trace.ts";
import { loadFixtures, noFixtures } from "./project/fixtures.ts";
import { loadProject, stackNames } from "./project/project.ts";
import { liveProgress, quietProgress } from "./report/progress.ts";
import { jsonReport } from "./report/report-json.ts";
import { neutralLines, textReport } from "./report/report-text.ts";
import { ERROR, exitCode, PASS } from "./report/verdict.ts";
import { type PreviewOptions, startPreview } from "./supervisor.ts";

const HELP = `Previews a Pulumi program written for Node.js, and judges it with policy packs, without a cloud account, provider
plugins or the Pulumi CLI.

Usage: pulumi-offline-preview [options]

  --cwd DIR                   project to preview: the folder of Pulumi.yaml or one below it (default: current folder)
  --stack NAME                stack to preview; repeatable (default: every stack that has a file)
  --policy-pack DIR           policy pack to judge with; repeatable
  --policy-pack-config FILE   configuration of a policy pack; repeatable, one for each --policy-pack, in the same order
  --fixtures FILE             answers for look-ups, and outputs of resources and other stacks (YAML or JSON)
  --allow-undecided           pass even if a critical or high control could not be decided
  --isolated                  run each stack in a process of its own, without access to files outside the project, child
                              processes or native code; for programs that nobody reviewed
  --json                      print one JSON document instead of the report
  --quiet                     no progress, and a report of problems only
  --timeout SECONDS           time that one stack may take, with the start of its policy packs (default: 300)
  --trace FILE                write every call to a policy pack to FILE, as the engine's PULUMI_DEBUG_GRPC does
  --help                      show this text
  --version                   show the version

Paths are relative to the folder in which the command is started, whatever --cwd says.

Exit codes: 0 every stack passes; 1 a mandatory violation, or a critical or high control that could not be decided;
2 a program, a policy pack or the command line failed.
`;

const DEFAULT_TIMEOUT = 300;

interface Command extends PreviewOptions {
  json: boolean;
  quiet: boolean;
}

function parseCommandLine(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        cwd: { type: "string", short: "C" },
        stack: { type: "string", short: "s", multiple: true },
        "policy-pack": { type: "string", multiple: true },
        "policy-pack-config": { type: "string", multiple: true },
        fixtures: { type: "string" },
        "allow-undecided": { type: "boolean" },
        isolated: { type: "boolean" },
        json: { type: "boolean" },
        quiet: { type: "boolean" },
        timeout: { type: "string" },
        trace: { type: "string" },
        help: { type: "boolean", short: "h" },
        version: { type: "boolean" },
      },
    }).values;
  } catch (error) {
    throw new UserError(`${messageOf(error).split(". ")[0]}; see --help`);
  }
}

type Values = ReturnType<typeof parseCommandLine>;

function packSources(values: Values): PreviewOptions["packs"] {
  const folders = values["policy-pack"] ?? [];
  const configs = values["policy-pack-config"] ?? [];
  if (configs.length > 0 && folders.length === 0) {
    throw new UserError(`"--policy-pack-config" must be specified with "--policy-pack"`);
  }
  if (configs.length > 0 && configs.length !== folders.length) {
    throw new UserError(`the number of "--policy-pack-config" flags must match the number of "--policy-pack" flags`);
  }
  return folders.map((folder, index) => {
    const config = configs[index];
    return loadPackSource(resolve(folder), config === undefined ? undefined : resolve(config));
  });
}

function timeoutOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_TIMEOUT;
  const seconds = Number(text);
  if (!(seconds > 0) || seconds > 86_400)
    throw new UserError(`--timeout: ${text} is not a number of seconds up to 86400`);
  return seconds;
}

function readCommand(values: Values): Command {
  const project = loadProject(resolve(values.cwd ?? "."));
  const stacks = [...new Set(values.stack ?? stackNames(project))];
  if (stacks.length === 0) {
    throw new UserError(
      `no stack files in ${project.stackFolder}: pass --stack NAME to preview a stack without configuration`,
    );
  }
  return {
    project,
    stacks,
    packs: packSources(values),
    fixtures: values.fixtures === undefined ? noFixtures() : loadFixtures(resolve(values.fixtures)),
    allowUndecided: values["allow-undecided"] ?? false,
    isolated: values.isolated ?? false,
    timeout: timeoutOf(values.timeout),
    ...(values.trace === undefined ? {} : { trace: traceTo(resolve(values.trace)) }),
    json: values.json ?? false,
    quiet: values.quiet ?? false,
  };
}

function version(): string {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version;
}

async function preview(command: Command): Promise<number> {
  const progress = command.quiet || command.json ? quietProgress(process.stderr) : liveProgress(process.stderr);
  const { result, stop } = startPreview(command, progress);
  // Children never outlive this process: not when it is told to stop, and not when it fails itself.
  process.on("exit", stop);
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) {
    process.on(signal, () => {
      stop();
      for (const name of signals) process.removeAllListeners(name);
      process.kill(process.pid, signal);
    });
  }
  const found = await result;
  process.stdout.write(command.json ? `${jsonReport(found)}\n` : textReport(found, command));
  return exitCode(found);
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
    return await preview(readCommand(values));
  } catch (error) {
    const text = error instanceof UserError ? error.message : error instanceof Error ? error.stack : String(error);
    process.stderr.write(`pulumi-offline-preview: ${neutralLines(String(text)).join("\n")}\n`);
    return ERROR;
  }
}
