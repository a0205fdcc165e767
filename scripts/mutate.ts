/**
 * Changes the checks of the policy pack one place at a time, and names the changes that no case of the tables notices.
 *
 * `npm run mutate -- [--sample N] [FILE...]`: files of policy-pack/, by default all controls and checks; N places at random
 * (default: all, which takes an hour). Exits 1 when a mutant survives.
 */
import { execFile } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";

/** One change of a source text. */
interface Mutant {
  file: string;
  at: number;
  length: number;
  text: string;
}

/** What is replaced by what. Only code that decides: texts for people and ids of frameworks stay. */
const CHANGES: [pattern: RegExp, text: string][] = [
  [/(?<=absent: )"violates"/g, '"complies"'],
  [/(?<=absent: )"complies"/g, '"violates"'],
  [/(?<=mustEqual\(props, [^,\n]+, )true/g, "false"],
  [/(?<=mustEqual\(props, [^,\n]+, )false/g, "true"],
  [/(?<=mustNotEqual\(props, [^,\n]+, )true/g, "false"],
  [/ === /g, " !== "],
  [/ !== /g, " === "],
  [/ && /g, " || "],
  [/ \|\| /g, " && "],
  [/(?<=\? )\[\](?= :)/g, '[{ kind: "violation", message: "x" }]'],
  [/(?<=evaluate: \([^)]*\) =>) (?=\S)/g, " [] ?? "],
  [/\.some\(/g, ".every("],
  [/\.every\(/g, ".some("],
  [/(?<=[(!]|\breturn )not\(/g, "("],
  [/\bmin: \d+/g, "min: 1e9"],
];

function mutantsOf(file: string): Mutant[] {
  const source = readFileSync(file, "utf8");
  return CHANGES.flatMap(([pattern, text]) =>
    [...source.matchAll(pattern)].map((match) => ({ file, at: match.index, length: match[0].length, text })),
  );
}

/** The line of a mutant, before and after, for people. */
function describe({ file, at, length, text }: Mutant): string {
  const source = readFileSync(file, "utf8");
  const line = source.slice(0, at).split("\n").length;
  const begin = source.lastIndexOf("\n", at) + 1;
  const end = source.indexOf("\n", at + length);
  const changed = source.slice(begin, at) + text + source.slice(at + length, end);
  return `${file}:${line}\n  - ${source.slice(begin, end).trim()}\n  + ${changed.trim()}`;
}

/** Whether some case notices. A mutant that does not even load, or never ends, is noticed too. */
async function isNoticed(mutant: Mutant): Promise<boolean> {
  const options = ["--disable-warning=ExperimentalWarning", "--import", "./scripts/mutate/replace-source.mjs"];
  try {
    await promisify(execFile)(process.execPath, [...options, "scripts/mutate/tables.ts"], {
      env: { ...process.env, MUTANT: JSON.stringify(mutant) },
      timeout: 60_000,
    });
    return false;
  } catch {
    return true;
  }
}

function pick(mutants: Mutant[], count: number): Mutant[] {
  const keyed = mutants.map((mutant) => ({ mutant, key: Math.random() })).sort((a, b) => a.key - b.key);
  return keyed.slice(0, count).map(({ mutant }) => mutant);
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { sample: { type: "string" } } });
const named = positionals.length > 0 ? positionals : globSync("{controls,checks}/*.ts", { cwd: "policy-pack" });
const all = named.flatMap((name) => mutantsOf(join("policy-pack", name)));
const mutants = values.sample === undefined ? all : pick(all, Number(values.sample));
const survivors: Mutant[] = [];
const waiting = [...mutants];
await Promise.all(
  Array.from({ length: availableParallelism() }, async () => {
    for (let mutant = waiting.pop(); mutant !== undefined; mutant = waiting.pop()) {
      if (!(await isNoticed(mutant))) survivors.push(mutant);
    }
  }),
);
for (const survivor of survivors) console.log(describe(survivor));
console.log(`${mutants.length} of ${all.length} mutants tried, ${survivors.length} survived`);
process.exitCode = survivors.length > 0 ? 1 : 0;
