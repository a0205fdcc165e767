/** Which markers a guard believes. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { markJudging, packJudges } from "../../policy-pack/marker.ts";

const DEMO = { project: "demo", stack: "dev" };
const ENVIRONMENT = { PULUMI_NODEJS_PROJECT: "demo", PULUMI_NODEJS_STACK: "dev" };
/** Above the highest process ID that Linux and macOS give. */
const NOBODY = 2 ** 22 + 1;

describe("marker", () => {
  const before = process.env.TMPDIR;
  let place: string;
  let markers: string;
  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), "marker-"));
    markers = join(place, `secure-ml-policy-pack-${process.getuid?.()}`);
    process.env.TMPDIR = place;
  });
  afterEach(() => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    rmSync(place, { recursive: true });
  });

  function write(marker: object, mode = 0o700): void {
    mkdirSync(markers);
    chmodSync(markers, mode);
    writeFileSync(join(markers, "1"), JSON.stringify({ parent: process.ppid, pid: process.pid, ...DEMO, ...marker }));
  }

  it("says that the pack judges this stack of this project", () => {
    assert.equal(packJudges(DEMO), false);
    markJudging(ENVIRONMENT);
    assert.equal(packJudges(DEMO), true);
    assert.equal(packJudges({ ...DEMO, stack: "prod" }), false);
    assert.equal(packJudges({ ...DEMO, project: "other" }), false);
  });

  it("holds for all stacks of a command that shares one pack", () => {
    markJudging({ ...ENVIRONMENT, PULUMI_OFFLINE_PREVIEW_ALL_STACKS: "true" });
    assert.equal(packJudges({ project: "other", stack: "prod" }), true);
  });

  it("is not believed from another parent, of a process that ended, or where others may write", () => {
    for (const [marker, mode, expected] of [
      [{}, 0o700, true],
      [{ parent: NOBODY }, 0o700, false],
      [{ pid: NOBODY }, 0o700, false],
      [{}, 0o770, false],
      [{}, 0o703, false],
    ] as const) {
      write(marker, mode);
      assert.equal(packJudges(DEMO), expected, JSON.stringify([marker, mode]));
      rmSync(markers, { recursive: true });
    }
  });

  it("is neither believed nor written through a link", () => {
    const elsewhere = join(place, "elsewhere");
    mkdirSync(elsewhere, { mode: 0o700 });
    symlinkSync(elsewhere, markers);
    markJudging(ENVIRONMENT);
    assert.deepEqual(readdirSync(elsewhere), []);
    assert.equal(packJudges(DEMO), false);
  });

  it("is not believed when it makes no sense", () => {
    mkdirSync(markers, { mode: 0o700 });
    writeFileSync(join(markers, "1"), "{");
    writeFileSync(join(markers, "2"), "{}");
    assert.equal(packJudges(DEMO), false);
    writeFileSync(join(markers, "3"), JSON.stringify({ parent: process.ppid, pid: process.pid, ...DEMO }));
    assert.equal(packJudges(DEMO), true);
  });

  it("goes when the next pack starts after its own has ended", () => {
    mkdirSync(markers, { mode: 0o700 });
    writeFileSync(join(markers, String(NOBODY)), "{}");
    markJudging(ENVIRONMENT);
    assert.deepEqual(readdirSync(markers), [String(process.pid)]);
  });
});
