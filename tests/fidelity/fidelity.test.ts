// Replays fidelity programs: the offline preview must make the calls to policy packs that the engine was recorded to make.

import assert from "node:assert/strict";
import { differencesBetween, orderBreaches } from "./compare.ts";
import { KNOWN_DIFFERENCES, type KnownDifference } from "./differences.ts";
import { offlineTrace, programNames, recordedTrace, type Trace } from "./traces.ts";

const AT_A_TIME = 2;

/** Runs what each name stands for, some at a time, in the order of the names. */
function runAll<T>(names: string[], work: (name: string) => Promise<T>): Map<string, Promise<T>> {
  const lanes: Promise<unknown>[] = Array.from({ length: AT_A_TIME }, () => Promise.resolve());
  return new Map(
    names.map((name, index) => {
      const done = lanes[index % AT_A_TIME]!.then(() => work(name));
      // The test of this program reports the failure; the next program must run all the same.
      lanes[index % AT_A_TIME] = done.catch(() => {});
      return [name, done];
    }),
  );
}

function concerns({ programs, except = [] }: KnownDifference, name: string): boolean {
  return (programs === undefined || programs.includes(name)) && !except.includes(name);
}

/** Every difference in calls, fields and outcome. */
function differences(engine: Trace, offline: Trace): string[] {
  const lines = differencesBetween(engine.calls, offline.calls);
  if (engine.failed !== offline.failed) lines.push(`failed: the ${engine.failed ? "engine" : "offline preview"} alone`);
  return lines;
}

function isKnown(name: string, line: string): boolean {
  return KNOWN_DIFFERENCES.some((known) => concerns(known, name) && known.line.test(line));
}

describe("fidelity to the engine", () => {
  const names = programNames();
  let runs: Map<string, Promise<Trace & { output: string }>>;

  before(() => {
    runs = runAll(names, offlineTrace);
  });

  for (const name of names) {
    it(`${name}: same calls, same fields, same order`, async () => {
      const engine = recordedTrace(name);
      const offline = await runs.get(name)!;
      const lines = differences(engine, offline).filter((line) => !isKnown(name, line));
      assert.deepEqual(lines, [], `${lines.join("\n")}\n${offline.output}`);
      assert.deepEqual(orderBreaches(offline.calls), []);
    });
  }

  it("accepts no difference that is gone", async () => {
    for (const known of KNOWN_DIFFERENCES) {
      const without: string[] = [];
      for (const name of known.programs ?? names) {
        const shows = differences(recordedTrace(name), await runs.get(name)!).some((line) => known.line.test(line));
        if (!shows) without.push(name);
      }
      const stale = known.programs === undefined ? without.length === names.length : without.length > 0;
      assert.ok(!stale, `${without.join(", ")}: no difference matches ${known.line} any more`);
    }
  });

  it("holds the engine's own traces to the order that it checks", () => {
    for (const name of names) assert.deepEqual(orderBreaches(recordedTrace(name).calls), [], name);
  });
});
