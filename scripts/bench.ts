/**
 * Prints time, memory and resources a second of the offline preview: the repository's stacks, ten and a hundred workspaces,
 * and one stack that grows; what the policy pack costs; and, where a `pulumi` with its provider plugins is on PATH, the same
 * stacks through it. Compare ratios within one run; absolute numbers depend on the machine.
 *
 * `npm run bench -- --beside DIR` measures another policy pack beside ours; docs/performance.md does so with Pulumi's own.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { engineSeconds } from "./bench/engine.ts";
import { judgingMs, recordRequests, requestsOfTeams } from "./bench/judging.ts";
import { type Measurement, measure } from "./bench/measure.ts";
import { packStartSeconds } from "./bench/pack-start.ts";
import { emptyPack, manyWorkspaces, oneLargeStack } from "./bench/projects.ts";

const PREVIEW = resolve("offline-preview/bin/pulumi-offline-preview.cjs");
const PACK = resolve("policy-pack");
const WORKSPACES = 10;
const MANY_WORKSPACES = 100;
/** Resources of one stack: the time for each of them should not grow. */
const SIZES = [1000, 10_000, 50_000];
/** Resources that a pack alone judges. */
const JUDGED = [100, 1000, 10_000];
/** Resources of the stack that shows what the guard costs. */
const GUARDED = 1000;
/** The fastest of a few runs counts: the one that other work on the machine disturbed least. */
const RUNS = 3;

interface Row extends Measurement {
  what: string;
  resources: number;
}

interface Document {
  stacks: { ok: boolean; stack: string; error?: string; resources: unknown[] }[];
}

async function preview(what: string, cwd: string, pack?: string, times = RUNS, more: string[] = []): Promise<Row> {
  const options = pack ? ["--policy-pack", pack] : [];
  const command = [process.execPath, PREVIEW, "--cwd", cwd, ...options, ...more, "--json", "--quiet"];
  const runs: Measurement[] = [];
  for (let run = 0; run < times; run++) runs.push(await measure(command, process.cwd()));
  const best = runs.reduce((fastest, run) => (run.seconds < fastest.seconds ? run : fastest));
  const { stacks } = JSON.parse(best.stdout) as Document;
  const failed = stacks.filter((stack) => !stack.ok).map((stack) => `${stack.stack} ${stack.error ?? ""}`);
  if (failed.length > 0) throw new Error(`${what}: ${failed.join(", ")} did not pass`);
  return { what, ...best, resources: stacks.reduce((sum, stack) => sum + stack.resources.length, 0) };
}

function print(rows: Row[]): void {
  console.log("| what | resources | seconds | resources/s | peak MB |\n|---|---|---|---|---|");
  for (const { what, resources, seconds, peakMb } of rows) {
    const rate = (resources / seconds).toFixed(0);
    console.log(`| ${what} | ${resources} | ${seconds.toFixed(2)} | ${rate} | ${peakMb.toFixed(0)} |`);
  }
}

async function growing(sizes: number[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const size of sizes) {
    rows.push(
      await preview(`one stack of ${size}, no pack`, oneLargeStack(join(folder, `large-${size}`), size), undefined, 1),
    );
  }
  return rows;
}

/** What packs take by themselves, for each number of resources. */
async function printJudging(packs: Record<string, string>): Promise<void> {
  const recorded = await recordRequests(PACK);
  console.log("\n| pack | resources | seconds | ms a resource |\n|---|---|---|---|");
  for (const [name, pack] of Object.entries(packs)) {
    for (const size of JUDGED) {
      const ms = await judgingMs(pack, recorded, requestsOfTeams(recorded, size));
      console.log(`| ${name} | ${size} | ${(ms / 1000).toFixed(2)} | ${(ms / size).toFixed(2)} |`);
    }
  }
}

/** What a program's guard costs: where no pack judges, and where one does. */
async function guarded(size: number): Promise<Row[]> {
  const first = 'import { guard } from "secure-ml-policy-pack/guard"; guard();';
  const plain = oneLargeStack(join(folder, "unguarded"), size);
  const program = oneLargeStack(join(folder, "guarded"), size, first);
  return [
    await preview(`one stack of ${size}, neither guard nor pack`, plain),
    await preview(`one stack of ${size}, guard`, program),
    await preview(`one stack of ${size}, policy pack`, plain, PACK),
    await preview(`one stack of ${size}, guard and policy pack`, program, PACK),
  ];
}

async function fastestStart(pack: string): Promise<number> {
  const starts: number[] = [];
  for (let run = 0; run < RUNS; run++) starts.push(await packStartSeconds(pack));
  return Math.min(...starts);
}

const { values } = parseArgs({ options: { beside: { type: "string" } } });
const folder = mkdtempSync(join(tmpdir(), "bench-"));
try {
  const empty = emptyPack(join(folder, "empty-pack"));
  const workspaces = manyWorkspaces(join(folder, "workspaces"), WORKSPACES);
  const repository = await preview("the repository's stacks, policy pack", ".", PACK);
  print([
    await preview("the repository's stacks, no pack, so that their guard judges", "."),
    repository,
    await preview("the repository's stacks, isolated, policy pack", ".", PACK, 1, ["--isolated"]),
    await preview(`${WORKSPACES} workspaces, no pack`, workspaces),
    await preview(`${WORKSPACES} workspaces, empty pack`, workspaces, empty),
    await preview(`${WORKSPACES} workspaces, policy pack`, workspaces, PACK),
    await preview(
      `${MANY_WORKSPACES} workspaces, policy pack`,
      manyWorkspaces(join(folder, "many"), MANY_WORKSPACES),
      PACK,
      1,
    ),
    ...(await growing(SIZES)),
    ...(await guarded(GUARDED)),
  ]);
  const packs = { empty, ours: PACK, ...(values.beside ? { [values.beside]: resolve(values.beside) } : {}) };
  await printJudging(packs);
  console.log();
  for (const [name, pack] of Object.entries(packs)) {
    console.log(`pack ready after ${(await fastestStart(pack)).toFixed(2)} s: ${name}`);
  }
  const engine = await engineSeconds(join(folder, "engine"), PACK);
  if (engine === undefined) console.log("no pulumi on PATH: no comparison with the engine");
  else {
    const total = Object.values(engine).reduce((sum, seconds) => sum + seconds, 0);
    const ratio = (total / repository.seconds).toFixed(1);
    console.log(
      `pulumi preview of the repository's stacks, policy pack: ${total.toFixed(1)} s, ${ratio} times as long`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
