// Several JSON reports as one: those of the shards of a CI matrix, or of several projects.

import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { messageOf, UserError } from "../errors.ts";
import { parseShard, type Shard } from "../project/shard.ts";
import type { ResourceRecord } from "../protocol/messages.ts";
import type { PreviewDocument, ResourceDocument, StackDocument } from "./document.ts";
import type { PackInfo, PreviewResult, StackResult } from "./result.ts";
import { passes } from "./verdict.ts";

/** A document and the file that it was read from. */
interface Report extends PreviewDocument {
  file: string;
}

const text = { type: "string" };
const texts = { type: "array", items: text };

function objectOf(properties: Record<string, unknown>, optional: string[] = []): object {
  return { type: "object", properties, required: Object.keys(properties).filter((name) => !optional.includes(name)) };
}

function listOf(items: object): object {
  return { type: "array", items };
}

const LEVEL = { enum: ["advisory", "mandatory", "disabled", "remediate"] };
const SEVERITY = { enum: ["", "low", "medium", "high", "critical"] };
const FINDING = { pack: text, policy: text, level: LEVEL, severity: SEVERITY, urn: text };
const DIAGNOSTICS = listOf(objectOf({ ...FINDING, message: text, remedy: text }));
const NOT_EVALUATED = listOf(objectOf({ ...FINDING, reason: text }));

const PACK = objectOf({
  name: text,
  version: text,
  digest: text,
  configDigest: { type: ["string", "null"] },
  policies: listOf(objectOf({ name: text, level: LEVEL })),
});

const RESOURCE = objectOf(
  {
    urn: text,
    type: text,
    name: text,
    parent: text,
    custom: { type: "boolean" },
    opaque: { type: "boolean" },
    inputs: { type: "object" },
    dependencies: texts,
    propertyDependencies: { type: "object", additionalProperties: texts },
    source: text,
  },
  ["opaque"],
);

const STACK = objectOf(
  {
    project: text,
    stack: text,
    ok: { type: "boolean" },
    error: text,
    resources: listOf(RESOURCE),
    diagnostics: DIAGNOSTICS,
    notEvaluated: NOT_EVALUATED,
    exempted: DIAGNOSTICS,
    assumed: objectOf({ diagnostics: DIAGNOSTICS, notEvaluated: NOT_EVALUATED }),
    outputs: { type: "object" },
    durationMs: { type: "number" },
  },
  ["error", "assumed"],
);

const isReport = new Ajv({ strict: false }).compile<PreviewDocument>(
  objectOf({ ok: { type: "boolean" }, shard: text, packs: listOf(PACK), stacks: listOf(STACK) }, ["shard"]),
);

/**
 * Reads reports and merges them into one result, with the stacks in the order of the files. The values in it are those
 * for people, as the documents have them. Refuses files that are no reports, reports of different policy packs or of
 * different configurations of a pack, a stack that two reports hold, and shards that are not all there.
 */
export function mergeReports(files: string[]): PreviewResult {
  if (files.length === 0) throw new UserError("--merge: name the files of at least one report");
  const reports = files.map(readReport);
  checkShards(reports);
  checkStacks(reports);
  const packs = mergePacks(reports);
  const stacks = reports.flatMap((report) => report.stacks.map(stackResult));
  return { ok: stacks.every(({ ok }) => ok), packs, stacks };
}

function readReport(file: string): Report {
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UserError(`--merge: ${file} is no report: ${messageOf(error)}`);
  }
  if (!isReport(document)) {
    const [problem] = isReport.errors ?? [];
    const where = problem?.instancePath === "" ? "it" : problem?.instancePath;
    throw new UserError(`--merge: ${file} is no report as --json prints it: ${where} ${problem?.message}`);
  }
  return { ...document, file };
}

/** A shard that is missing would be stacks that nobody judged. */
function checkShards(reports: Report[]): void {
  const shards = reports.flatMap(({ file, shard }) => (shard === undefined ? [] : [{ file, ...parseShard(shard) }]));
  const seen = new Map<number, string>();
  for (const { file, index, count } of shards) {
    const first = shards[0] as Shard & { file: string };
    if (count !== first.count) {
      throw new UserError(`--merge: ${first.file} is one of ${first.count} shards, and ${file} one of ${count}`);
    }
    const other = seen.get(index);
    if (other !== undefined) throw new UserError(`--merge: ${other} and ${file} are both shard ${index}/${count}`);
    seen.set(index, file);
  }
  const count = shards[0]?.count ?? 0;
  const missing = Array.from({ length: count }, (_value, at) => at + 1).filter((index) => !seen.has(index));
  if (missing.length > 0)
    throw new UserError(`--merge: the report of shard ${missing.join(", ")} of ${count} is missing`);
}

function checkStacks(reports: Report[]): void {
  const seen = new Map<string, string>();
  for (const { file, stacks } of reports) {
    for (const stack of stacks) {
      const key = `${stack.project}/${stack.stack}`;
      const other = seen.get(key);
      if (other !== undefined) {
        const which = `stack ${stack.stack} of project ${stack.project}`;
        throw new UserError(`--merge: ${which} is both in ${other} and in ${file}`);
      }
      seen.set(key, file);
    }
  }
}

/** The packs of all reports, which have to be the same ones with the same configuration. */
function mergePacks(reports: Report[]): PackInfo[] {
  const merged = new Map<string, { pack: PackInfo; file: string }>();
  for (const { file, packs } of reports) {
    for (const pack of packs) {
      const other = merged.get(pack.name);
      if (other === undefined) merged.set(pack.name, { pack, file });
      else comparePacks(other, { pack, file });
    }
  }
  for (const { file, packs, stacks } of reports) {
    // A pack that did not start is in no report; its stacks have failed then.
    if (stacks.every(({ error }) => error !== undefined)) continue;
    const absent = [...merged].find(([name]) => !packs.some((pack) => pack.name === name));
    if (absent) throw new UserError(`--merge: pack ${absent[0]} judged ${absent[1].file}, but not ${file}`);
  }
  return [...merged.values()].map(({ pack }) => pack);
}

function comparePacks(one: { pack: PackInfo; file: string }, other: { pack: PackInfo; file: string }): void {
  const where = `${one.file} and ${other.file}`;
  const { name, digest, configDigest } = one.pack;
  if (digest !== other.pack.digest) {
    throw new UserError(
      `--merge: ${where} were judged by different files of pack ${name}: preview again with the same pack`,
    );
  }
  if (configDigest !== other.pack.configDigest) {
    throw new UserError(`--merge: ${where} were judged by different configurations of pack ${name}: use the same file`);
  }
}

function stackResult(document: StackDocument): StackResult {
  const stack = { ...document, resources: document.resources.map(resourceRecord) };
  // Whether undecided policies block was decided when the report was made; what else it holds must not contradict it.
  return { ...stack, ok: stack.ok && passes(stack, { judged: false, allowUndecided: true }) };
}

/** A record of what a report says of a resource; the rest has only a meaning for packs, which have judged it. */
function resourceRecord({ source, ...resource }: ResourceDocument): ResourceRecord {
  const customTimeouts = { create: 0, update: 0, delete: 0, read: 0 };
  return {
    ...resource,
    outputs: {},
    provider: "",
    options: { protect: false, ignoreChanges: [], additionalSecretOutputs: [], customTimeouts },
    ...(source === "" ? {} : { source }),
  };
}
