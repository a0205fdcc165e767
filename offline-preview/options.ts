// The options of the command line, and what they mean.

import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { messageOf, UserError } from "./errors.ts";
import { type ExportRequest, parseExport } from "./export/export.ts";
import { DEFAULT_TIMEOUT } from "./index.ts";
import { loadPackSource } from "./packs/pack.ts";
import { traceTo } from "./packs/trace.ts";
import { loadFixtures, noFixtures } from "./project/fixtures.ts";
import { findProjects } from "./project/fleet.ts";
import { type Project, stackNames } from "./project/project.ts";
import { itemsOf, parseShard } from "./project/shard.ts";
import { schemaKnowledge } from "./sdk/package-schema.ts";
import type { PreviewOptions, ProjectStack } from "./supervisor.ts";

/** What --help prints. */
export const HELP = `Previews a Pulumi program written for Node.js, and judges it with policy packs, without a cloud account, provider
plugins or the Pulumi CLI.

Usage: pulumi-offline-preview [options]

  --cwd DIR                   project to preview: the folder of Pulumi.yaml or one below it; repeatable, and may be a
                              pattern such as 'teams/*' (default: current folder)
  --stack NAME                stack to preview; repeatable (default: every stack that has a file)
  --shard I/N                 preview only one part of the stacks, for N machines that work side by side
  --policy-pack DIR           policy pack to judge with; repeatable
  --policy-pack-config FILE   configuration of a policy pack; repeatable, one for each --policy-pack, in the same order
  --fixtures FILE             answers for look-ups, and outputs of resources and other stacks (YAML or JSON)
  --record-fixtures FILE      add a placeholder for every answer that is missing to a YAML file of fixtures
  --provider-schema FILE      schema of a package, for its defaults and checks; repeatable
  --assume-created            judge a second time with well-formed fake values for all that only the cloud sets
  --allow-undecided           pass even if a critical or high control could not be decided
  --isolated                  run each stack in a process of its own, without access to files outside the project, child
                              processes or native code; for programs that nobody reviewed
  --export FORMAT=DIR         write what would be created as files for scanners; FORMAT is terraform or arm; repeatable
  --merge FILE                preview nothing: merge reports of --json into one; repeatable
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

/** A preview as the command line asks for it. */
export interface Command extends PreviewOptions {
  /** Print a JSON document instead of the report. */
  json: boolean;
  /** Print no progress, and a report of problems only. */
  quiet: boolean;
  /** `I/N`; all stacks without it. */
  shard?: string;
  /** None by default. */
  exports: ExportRequest[];
  /** File for the answers that are missing; they are not recorded without it. */
  record?: string;
}

/** Reads the arguments; a `UserError` for an option that does not exist or lacks its value. */
export function parseCommandLine(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        cwd: { type: "string", short: "C", multiple: true },
        stack: { type: "string", short: "s", multiple: true },
        "policy-pack": { type: "string", multiple: true },
        "policy-pack-config": { type: "string", multiple: true },
        fixtures: { type: "string" },
        "record-fixtures": { type: "string" },
        "provider-schema": { type: "string", multiple: true },
        "assume-created": { type: "boolean" },
        shard: { type: "string" },
        export: { type: "string", multiple: true },
        merge: { type: "string", multiple: true },
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

/** The options as they were given. */
export type Values = ReturnType<typeof parseCommandLine>;

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

/** What the options mean; a `UserError` for one that makes no sense. Reads projects, packs and fixtures. */
export function readCommand(values: Values): Command {
  const record = values["record-fixtures"];
  return {
    stacks: stacksOf(values),
    packs: packSources(values),
    fixtures: values.fixtures === undefined ? noFixtures() : loadFixtures(resolve(values.fixtures)),
    providerSchemas: (values["provider-schema"] ?? []).map((file) => checkedSchema(resolve(file))),
    allowUndecided: values["allow-undecided"] ?? false,
    assumeCreated: values["assume-created"] ?? false,
    isolated: values.isolated ?? false,
    timeout: timeoutOf(values.timeout),
    ...(values.trace === undefined ? {} : { trace: traceTo(resolve(values.trace)) }),
    json: values.json ?? false,
    quiet: values.quiet ?? false,
    exports: exportsOf(values),
    ...(values.shard === undefined ? {} : { shard: values.shard }),
    ...(record === undefined ? {} : { record: resolve(record) }),
  };
}

/** What --export asks for. */
export function exportsOf(values: Values): ExportRequest[] {
  return (values.export ?? []).map(parseExport);
}

function stacksOf({ cwd = ["."], stack, shard }: Values): ProjectStack[] {
  const projects = findProjects(cwd);
  const all = projects.flatMap((project) =>
    namesIn(project, stack, projects.length > 1).map((name) => ({ project, name })),
  );
  if (all.length === 0) {
    const folders = projects.map(({ stackFolder }) => stackFolder).join(", ");
    throw new UserError(`no stack files in ${folders}: pass --stack NAME to preview a stack without configuration`);
  }
  const keyOf = ({ project, name }: ProjectStack) => `${project.name}/${name}`;
  const keys = all.map(keyOf);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) throw new UserError(`two projects have a stack ${twice}: give one of them another name`);
  return shard === undefined ? all : itemsOf(parseShard(shard), all, keyOf);
}

/** The stacks to preview in a project; of several projects those that have a stack of a wanted name. */
function namesIn(project: Project, wanted: string[] | undefined, several: boolean): string[] {
  if (wanted === undefined) return stackNames(project);
  const names = [...new Set(wanted)];
  return several ? names.filter((name) => stackNames(project).includes(name.split("/").at(-1) as string)) : names;
}

// A file that is no schema is a mistake of the command line, not of every stack.
function checkedSchema(file: string): string {
  schemaKnowledge(file);
  return file;
}
