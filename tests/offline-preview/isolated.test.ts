/** A process of its own for each stack gives the same result as the quick way, or says what it does not allow. */
import assert from "node:assert/strict";
import { cpSync, existsSync, globSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { loadPackSource, type PackSource } from "../../offline-preview/packs/pack.ts";
import { loadFixtures, noFixtures } from "../../offline-preview/project/fixtures.ts";
import { loadProject, stackNames } from "../../offline-preview/project/project.ts";
import type { Fixtures } from "../../offline-preview/protocol/messages.ts";
import { documentOf, type StackDocument } from "../../offline-preview/report/document.ts";
import { type ProjectStack, startPreview } from "../../offline-preview/supervisor.ts";
import { programNames } from "../fidelity/traces.ts";
import { folder, removeFolders } from "./preview.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const FIDELITY = join(ROOT, "tests", "fidelity");
const SILENT = { begin: () => {}, resource: () => {}, log: () => {}, end: () => {} };

/** Programs that isolation refuses, and what it says. Everything else must give the same result. */
const REFUSED: Record<string, { says: RegExp; reason: string }> = Object.fromEntries(
  ["dynamic-provider", "event-subscription", "function-input"].map((name) => [
    name,
    {
      says: /^--isolated does not allow the inspector, which functions as inputs of resources need/,
      reason: "the SDK reads a function's variables with the inspector, which is a way around all permissions",
    },
  ]),
);

/** A program with all that it imports inside, as files outside a project cannot be read. */
function copyOf(name: string): string {
  const copy = folder({});
  cpSync(join(FIDELITY, "programs", name), copy, { recursive: true });
  cpSync(join(FIDELITY, "echo.js"), join(copy, "echo.js"));
  for (const file of globSync("{,source/**/}*.{js,ts}", { cwd: copy })) {
    const path = join(copy, file);
    const inside = relative(dirname(path), copy) || ".";
    writeFileSync(path, readFileSync(path, "utf8").replaceAll(/(\.\.\/)+echo\.js/g, `${inside}/echo.js`));
  }
  return copy;
}

/** One set of fixtures for all programs: what matters is that both ways have the same. */
function fixturesOf(names: string[]): Fixtures {
  const all = noFixtures();
  for (const name of names) {
    const file = join(FIDELITY, "programs", name, "fixtures.yaml");
    if (!existsSync(file)) continue;
    const { invokes, ...others } = loadFixtures(file);
    for (const [token, answers] of Object.entries(invokes)) {
      all.invokes[token] = [...(all.invokes[token] ?? []), ...answers];
    }
    for (const section of Object.keys(others) as (keyof typeof others)[]) Object.assign(all[section], others[section]);
  }
  return all;
}

/** The stacks' results in isolation and in one process. */
async function bothWays(
  stacks: ProjectStack[],
  packs: PackSource[],
  fixtures: Fixtures,
): Promise<{ isolated: StackDocument[]; together: StackDocument[] }> {
  const previewAll = async (isolated: boolean) => {
    const options = { stacks, packs, fixtures, allowUndecided: false, isolated, timeout: 3600 };
    return documentOf(await startPreview(options, SILENT).result).stacks;
  };
  const [isolated, together] = await Promise.all([previewAll(true), previewAll(false)]);
  return { isolated, together };
}

// Messages travel on their own, so what runs at once may be registered in another order.
function comparable({ durationMs: _, ...stack }: StackDocument): object {
  return { ...stack, resources: [...stack.resources].sort((a, b) => (a.urn < b.urn ? -1 : 1)) };
}

describe("offline preview: isolated", function () {
  // A busy machine may take its time.
  this.timeout(1_200_000);
  after(removeFolders);

  it("gives the same result for the stacks of this repository, with their policy pack", async () => {
    const project = loadProject(ROOT);
    const stacks = stackNames(project).map((name) => ({ project, name }));
    const pack = loadPackSource(join(ROOT, "policy-pack"), join(ROOT, "policy-config.json"));
    const { isolated, together } = await bothWays(stacks, [pack], noFixtures());
    assert.equal(stacks.length, 6);
    for (const [index, stack] of together.entries()) {
      assert.ok(stack.resources.length > 50, `${stack.stack}: ${stack.error}`);
      assert.deepEqual(comparable(isolated[index]!), comparable(stack), stack.stack);
    }
  });

  it("follows no link out of the checkout, although it stands among the installed packages", async () => {
    const outside = folder({ "package.json": "{}", "index.js": "" });
    const checkout = folder({
      "app/Pulumi.yaml": "name: demo\nruntime: {name: nodejs, options: {typescript: false}}\n",
      "app/package.json": '{ "type": "module" }',
      "app/index.js": 'import "linked";',
      "app/node_modules/installed/package.json": "{}",
    });
    symlinkSync(outside, join(checkout, "app", "node_modules", "linked"));
    const stacks = [{ project: loadProject(join(checkout, "app")), name: "dev" }];
    const { isolated, together } = await bothWays(stacks, [], noFixtures());
    assert.equal(together[0]!.error, undefined);
    assert.match(isolated[0]!.error!, /--isolated does not allow .*linked, a link that leads out of the project/);
  });

  for (const packName of ["pack", "remediating-pack"]) {
    const names = programNames().filter((name) => packOf(name) === packName);
    describe(`fidelity programs, judged by ${packName}`, () => {
      let results: Awaited<ReturnType<typeof bothWays>>;

      before(async () => {
        const stacks = names.map((name) => ({ project: loadProject(copyOf(name)), name: "dev" }));
        // One process for all of them: what it answers depends on nothing but the request.
        const pack = { ...loadPackSource(join(FIDELITY, packName), undefined), stateless: true };
        results = await bothWays(stacks, [pack], fixturesOf(names));
      });

      for (const [index, name] of names.entries()) {
        const refused = REFUSED[name];
        if (refused === undefined) {
          it(`${name}: the same result`, () => {
            assert.deepEqual(comparable(results.isolated[index]!), comparable(results.together[index]!));
          });
        } else {
          it(`${name}: refused (${refused.reason})`, () => {
            assert.match(results.isolated[index]!.error ?? "", refused.says);
            assert.equal(results.together[index]!.error, undefined);
          });
        }
      }
    });
  }
});

function packOf(name: string): string {
  const settings = join(FIDELITY, "programs", name, "fidelity.json");
  return existsSync(settings) ? (JSON.parse(readFileSync(settings, "utf8")).pack ?? "pack") : "pack";
}
