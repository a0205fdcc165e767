/** What the guide for data scientists says is what the code does. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";

const GUIDE = "docs/guides/train-privately.md";
const README = "examples/training/README.md";

/** The first cells of a table's rows, without its head. */
function firstCells(text: string, head: string): string[] {
  const [, after] = text.split(`| ${head} |`);
  assert.ok(after, `no table with ${head}`);
  const lines = after.split("\n").slice(2);
  const rows = lines.slice(
    0,
    lines.findIndex((line) => !line.startsWith("|")),
  );
  return rows.map((row) => row.split("|")[1]!.trim());
}

describe("guide: train privately", () => {
  const guide = readFileSync(GUIDE, "utf8");

  for (const file of [GUIDE, README]) {
    it(`${file} links to files that exist`, () => {
      const links = [...readFileSync(file, "utf8").matchAll(/\]\((?!https:)([^)#\s]+)/g)].map(([, link]) => link!);
      assert.ok(links.length >= 5);
      for (const link of links) assert.ok(existsSync(join(dirname(file), link)), `${file}: ${link}`);
    });
  }

  it("quotes messages that the spec really gives", () => {
    const sources = ["components/training-problems.ts", "components/training-spec.ts", "components/problems.ts"]
      .map((file) => readFileSync(file, "utf8"))
      .join("\n")
      .replaceAll(/\$\{PIPELINE_FOLDERS\}/g, "pipelines/");
    const quoted = firstCells(guide, "message").flatMap((cell) =>
      [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text!),
    );
    assert.ok(quoted.length >= 25);
    for (const message of quoted) {
      const known = message.replace(" secrets of this spec", "");
      assert.ok(sources.includes(known), `no such message: ${message}`);
    }
  });

  it("names every environment variable that the platform sets, and no other", () => {
    const source = readFileSync("components/pipelines.ts", "utf8");
    const set = [...source.matchAll(/(?:environment[.[]`?|environment, )(ML_\w+?)(?:_?\$\{[^}]+\})?(_USER)?[`\]: ]/g)];
    const names = set.map(([, name, user]) => name!.replace(/_$/, "") + (user ?? ""));
    const told = firstCells(guide, "variable").map((cell) => cell.replaceAll("`", "").replace("_<NAME>", ""));
    assert.deepEqual([...new Set(told)].sort(), [...new Set(names)].sort());
  });

  it("shows the same pipeline as the example", () => {
    const [, shown] = /```yaml\n([\s\S]+?)```/.exec(guide)!;
    const digests = (text: string) => text.replaceAll(/sha256:[0-9a-f…]+/g, "sha256:…");
    const inGuide = parse(digests(shown!));
    const inExample = parse(digests(readFileSync("examples/training/stack.yaml", "utf8")));
    for (const field of ["images", "secrets", "parameters", "databases"]) {
      assert.deepEqual(inGuide[field], inExample[field], field);
    }
    const [{ steps, ...pipeline }] = inGuide.training.pipelines;
    const [{ steps: all, ...other }] = inExample.training.pipelines;
    assert.deepEqual(pipeline, other);
    const { maxRunMinutes: _m, spot: _s, ...train } = all[1];
    assert.deepEqual(steps, [all[0], train]);
  });
});
