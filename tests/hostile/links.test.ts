/** Links in a project that would show more than the project to an isolated program. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { linkOut } from "../../offline-preview/runner/links.ts";
import { project as demoProject, removeFolders, run } from "../offline-preview/preview.ts";

describe("links of an isolated project", () => {
  let root: string;
  let project: string;
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), "links-")));
    project = join(root, "project");
    mkdirSync(join(project, "a"), { recursive: true });
    mkdirSync(join(root, "secrets"));
    mkdirSync(join(root, "node_modules", "@scope"), { recursive: true });
    writeFileSync(join(project, "a", "text"), "");
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const link = (target: string, ...path: string[]) => symlinkSync(target, join(project, ...path));

  it("may stay inside, lead nowhere, or name the folder of packages", () => {
    link("a/text", "inner");
    link(join(root, "nowhere"), "broken");
    link(join(root, "node_modules"), "node_modules");
    symlinkSync(join(root, "secrets"), join(root, "node_modules", "@scope", "workspace"));
    assert.equal(linkOut([project]), undefined);
  });

  for (const [shows, make] of Object.entries({
    "at the top": () => link(join(root, "secrets"), "out"),
    "further down": () => link("../../secrets", "a", "out"),
    "in place of the packages": () => link(join(root, "secrets"), "node_modules"),
    "among the packages": () => {
      mkdirSync(join(project, "node_modules"));
      link(join(root, "secrets"), "node_modules", "out");
    },
    "among the packages of a scope": () => {
      mkdirSync(join(project, "node_modules", "@s"), { recursive: true });
      link(join(root, "secrets"), "node_modules", "@s", "out");
    },
  })) {
    it(`must not lead out ${shows}`, () => {
      make();
      assert.match(linkOut([project]) ?? "", /(?:out|node_modules)$/);
    });
  }

  it("keep a program from being run", async () => {
    const demo = demoProject('import "node:fs";');
    symlinkSync(root, join(demo, "out"));
    const { code, stdout } = await run(["--cwd", demo, "--isolated"]);
    removeFolders();
    assert.equal(code, 2);
    assert.match(stdout, /--isolated does not allow \S+out, a link that leads out of the project/);
  });
});
