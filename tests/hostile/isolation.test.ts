/** Programs that try to get out of `--isolated`, or to take back what they said to the monitor. */
import assert from "node:assert/strict";
import { cpSync, existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { loadPackSource } from "../../offline-preview/packs/pack.ts";
import { noFixtures } from "../../offline-preview/project/fixtures.ts";
import { loadProject } from "../../offline-preview/project/project.ts";
import { documentOf, type StackDocument } from "../../offline-preview/report/document.ts";
import { startPreview } from "../../offline-preview/supervisor.ts";
import { folder, pack, removeFolders } from "../offline-preview/preview.ts";

// A pack that would load a module from its home folder, as packages do that look for optional ones.
const PACK = `[{ name: "no-public-bucket", description: "", validateResource: (args, report) => {
  try { require("planted"); } catch {}
  if (globalThis.planted) report("the pack runs the program's code");
  if (args.props.acl === "public-read") report("public");
} }]`;

interface Outcome {
  stacks: StackDocument[];
  /** What the program printed: the text after "name: ", by stack and name. */
  said: Record<string, Record<string, string>>;
}

/** Previews stacks of a program in isolation. `ended` is told of each one, with what it has printed. */
async function isolated(name: string, stacks: string[], ended = (_: Record<string, string>) => {}): Promise<Outcome> {
  const copy = folder({});
  cpSync(join(import.meta.dirname, "programs", name), copy, { recursive: true });
  const project = loadProject(copy);
  const said: Outcome["said"] = Object.fromEntries(stacks.map((stack) => [stack, {}]));
  const options = {
    stacks: stacks.map((stack) => ({ project, name: stack })),
    packs: [loadPackSource(pack(PACK), undefined)],
    fixtures: noFixtures(),
    allowUndecided: false,
    isolated: true,
    timeout: 3600,
  };
  const { result } = startPreview(options, {
    begin: () => {},
    resource: () => {},
    log: (stack, { message }) => {
      const [, attempt, outcome] = /^([^:]+): (.*)$/.exec(message) ?? [];
      if (attempt !== undefined) said[stack]![attempt] = outcome as string;
    },
    end: ({ stack }) => ended(said[stack]!),
  });
  return { stacks: documentOf(await result).stacks, said };
}

describe("hostile programs: a way out of isolation", function () {
  this.timeout(600_000);
  let stack: StackDocument;
  let said: Record<string, string>;

  before(async () => {
    const outcome = await isolated("escape", ["dev"]);
    stack = outcome.stacks[0]!;
    said = outcome.said.dev!;
  });
  after(removeFolders);

  for (const name of [
    "thread",
    "loader",
    "signal",
    "imported signal",
    "raw signal",
    "debugger of another process",
    "database",
    "log of V8",
    "own environment",
    "real home",
    "folder of the preview",
    "home of the packs",
  ]) {
    it(`is no ${name}`, () => assert.match(said[name]!, /^refused \(ERR_(ACCESS_DENIED|UNKNOWN_BUILTIN_MODULE)\)$/));
  }

  it("is no module in a home folder: each stack's is empty, and no pack has it", () => {
    assert.equal(said.home, "[]");
    assert.equal(said["module in the home"], "written");
    assert.deepEqual(stack.diagnostics, []);
    assert.equal(stack.ok, true, stack.error);
  });
});

describe("hostile programs: the monitor", function () {
  this.timeout(600_000);
  let dev: StackDocument;
  let prod: StackDocument;
  let said: Record<string, string>;
  const modes: number[] = [];
  const left: string[] = [];

  before(async () => {
    const outcome = await isolated("monitor", ["dev", "prod"], ({ address }) => {
      const socket = address!.slice("unix:".length);
      const parent = dirname(dirname(socket));
      if (existsSync(parent)) modes.push(statSync(parent).mode & 0o077);
      if (existsSync(socket)) left.push(socket);
    });
    [dev, prod] = outcome.stacks as [StackDocument, StackDocument];
    said = outcome.said.dev!;
  });
  after(removeFolders);

  function violationsOf(name: string): string[] {
    return dev.diagnostics.filter(({ urn }) => urn.endsWith(`::${name}`)).map(({ policy }) => policy);
  }

  it("keeps to what was registered first", () => {
    assert.deepEqual([said.first, said.again, said.outputs], ["accepted", "refused", "refused"]);
    const bad = dev.resources.filter(({ name }) => name === "bad");
    assert.deepEqual(
      bad.map(({ inputs }) => inputs),
      [{ acl: "public-read", bucket: "[unknown]" }],
    );
    assert.deepEqual(violationsOf("bad"), ["no-public-bucket"]);
    assert.equal(dev.ok, false);
  });

  it("judges what comes after the program has said that it is done", () => {
    assert.deepEqual([said.shutdown, said["after shutdown"]], ["accepted", "accepted"]);
    assert.deepEqual(violationsOf("late"), ["no-public-bucket"]);
  });

  it("survives malformed, deep and huge messages", () => {
    const names = ["garbage", "no such method", "huge", "300 levels", "3000 levels"];
    assert.deepEqual(
      names.map((name) => said[name]),
      ["refused", "refused", "accepted", "accepted", "refused"],
    );
  });

  it("gives the next stack its own result", () => {
    assert.equal(prod.ok, true, prod.error);
    assert.deepEqual(
      prod.resources.map(({ name }) => name).filter((name) => name === "good"),
      ["good"],
    );
    assert.deepEqual(prod.diagnostics, []);
  });

  it("is where only the user may go, and gone with its stack", () => {
    assert.deepEqual(modes, [0, 0]);
    assert.deepEqual(left, []);
  });
});
