/** A process of its own for each stack gives the same result as the quick way, or says what it does not allow. */
import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { noFixtures } from "../../offline-preview/project/fixtures.ts";
import { loadProject } from "../../offline-preview/project/project.ts";
import { documentOf, type StackDocument } from "../../offline-preview/report/document.ts";
import { startPreview } from "../../offline-preview/supervisor.ts";
import { folder, removeFolders } from "./preview.ts";

const FIDELITY = join(import.meta.dirname, "..", "fidelity");
const SAME = ["config", "hooks", "nested-components", "promises", "secrets", "transform-stack", "duplicate-urn"];
const SILENT = { begin: () => {}, resource: () => {}, log: () => {}, end: () => {} };

/** A copy with all that it imports inside, as files outside a project cannot be read. */
function copyOf(name: string): string {
  const copy = folder({});
  cpSync(join(FIDELITY, "programs", name), copy, { recursive: true });
  cpSync(join(FIDELITY, "echo.js"), join(copy, "echo.js"));
  const program = join(copy, "index.js");
  writeFileSync(program, readFileSync(program, "utf8").replace("../../echo", "./echo"));
  return copy;
}

async function previewAll(folders: string[], isolated: boolean): Promise<StackDocument[]> {
  const stacks = folders.map((path) => ({ project: loadProject(path), name: "dev" }));
  const options = { stacks, packs: [], fixtures: noFixtures(), allowUndecided: false, isolated, timeout: 3600 };
  return documentOf(await startPreview(options, SILENT).result).stacks;
}

function comparable({ durationMs: _, ...stack }: StackDocument): object {
  return { ...stack, resources: [...stack.resources].sort((a, b) => (a.urn < b.urn ? -1 : 1)) };
}

describe("offline preview: isolated", function () {
  // A busy machine may take its time.
  this.timeout(600_000);
  after(removeFolders);

  it("gives the same result as in one process", async () => {
    const copies = SAME.map(copyOf);
    const isolated = await previewAll(copies, true);
    const together = await previewAll(copies, false);
    assert.equal(together.filter(({ ok }) => ok).length, SAME.length - 1, "only duplicate-urn fails");
    for (const [index, name] of SAME.entries()) {
      assert.deepEqual(comparable(isolated[index]!), comparable(together[index]!), name);
    }
  });

  it("says that a function as an input needs what it does not allow", async () => {
    const [stack] = await previewAll([join(FIDELITY, "programs", "function-input")], true);
    assert.match(stack!.error!, /--isolated does not allow the inspector, which functions as inputs of resources need/);
  });
});
