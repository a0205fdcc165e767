/** Digests of archives: those that the engine's own code (3.260) takes of the same files. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { archiveDigest } from "../../offline-preview/monitor/archives.ts";
import { engineAsset } from "../../offline-preview/monitor/assets.ts";
import { ARCHIVE, ASSET, SIGNATURE } from "../../offline-preview/protocol/properties.ts";
import { folder, preview, project, removeFolders } from "./preview.ts";

const file = (path: string) => ({ [SIGNATURE]: ASSET, path });
const text = (content: string) => ({ [SIGNATURE]: ASSET, text: content });
const archive = (path: string) => ({ [SIGNATURE]: ARCHIVE, path });
const archiveOf = (assets: Record<string, object>) => ({ [SIGNATURE]: ARCHIVE, assets }) as never;

const D60 = "d".repeat(60);

// Names that fit into a header, that are split in two, that need a record of their own, and that end at a slash when cut.
const FILES: Record<string, string> = {
  "a.txt": "hello\n",
  "B.txt": "upper case comes first\n",
  a: "before a.d and a.txt\n",
  "a.d/x": "x",
  empty: "",
  "sub/block": "x".repeat(512),
  ".pulumi/stacks": "not in the archive",
  [`${D60}/${D60}/file`]: "split",
  [`${D60}/${D60}/${"f".repeat(120)}`]: "too long",
  [`${D60}/${D60}ü/${D60}/a`]: "too long, not ASCII",
  "größe-数🙂.txt": "not ASCII",
  [`${"h".repeat(99)}/${"g".repeat(130)}`]: "cut at a slash",
  ["k".repeat(100)]: "fits",
  ["k".repeat(101)]: "does not fit",
  [`${"a".repeat(77)}/${"b".repeat(77)}/z`]: "longest prefix",
  [`${"a".repeat(77)}/${"b".repeat(78)}/z`]: "prefix too long",
};

describe("offline preview: digests of archives", () => {
  let root: string;

  before(() => {
    root = folder({});
    for (const [name, content] of Object.entries(FILES)) {
      mkdirSync(dirname(join(root, "tree", name)), { recursive: true });
      writeFileSync(join(root, "tree", name), content);
    }
    mkdirSync(join(root, "links"));
    symlinkSync("../tree", join(root, "links", "folder"));
    symlinkSync("../tree/a.txt", join(root, "links", "file"));
    writeFileSync(join(root, "packed.tgz"), "packed");
  });
  after(removeFolders);

  const digest = (value: object) => archiveDigest(value as never, root);

  it("are the engine's for folders, links and maps of assets", () => {
    assert.equal(digest(archive("tree")), "6fe6d469a55af9d7bf093587945dfec50ee84571ecaaaf6537574c1642ab3683");
    assert.equal(digest(archive("./links/")), "3f8ee84407bf54038f62c56a5f43cd68e2af4d4944c7cfab71ac4baf8f6503d9");
    const mixed = archiveOf({
      "z.txt": text("z"),
      "./b/../c": text("as it is"),
      "é/ü": text("not ASCII"),
      lib: archive("tree"),
      "lib/a.txt": text("the second of this name"),
      "l/m": file("tree/a.txt"),
      nested: archiveOf({ deeper: archive("links") }),
    });
    assert.equal(digest(mixed), "3a4cc67367525be3f22ad502e1055ca8977ff71a7a5fde886155bf8f309465b3");
    const nothing = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";
    assert.equal(digest(archiveOf({})), nothing);
  });

  it("are those of the file where an archive is packed", () => {
    assert.equal(digest(archive("packed.tgz")), createHash("sha256").update("packed").digest("hex"));
  });

  it("are missing where they would take a network or unpacking, with those of the members all the same", () => {
    const remote = { [SIGNATURE]: ASSET, uri: "https://example.com/x" };
    assert.equal(digest({ [SIGNATURE]: ARCHIVE, uri: "https://example.com/x.zip" }), undefined);
    assert.equal(digest(archiveOf({ remote })), undefined);
    assert.equal(digest(archiveOf({ packed: archive("packed.tgz") })), undefined);
    const { hash, assets } = engineAsset(archiveOf({ packed: archive("packed.tgz") }), root);
    assert.equal(hash, undefined);
    assert.ok((assets as never as { packed: { hash: string } }).packed.hash);
  });

  it("fail the program as under the engine, when a file is missing or none", async () => {
    for (const [made, message] of [
      [`new FileArchive("./none")`, /failed to compute archive hash: .*ENOENT.*none/],
      [`new FileArchive("./index.ts")`, /failed to compute archive hash: .*neither a folder nor a packed archive/],
      [`new FileAsset("/dev/zero")`, /failed to compute asset hash: .*not a regular file/],
      [`new FileAsset(".")`, /failed to compute asset hash: .*is a folder: use a FileArchive/],
    ] as const) {
      const { stack } = await preview(
        project(`import * as pulumi from "@pulumi/pulumi";
const { FileArchive, FileAsset } = pulumi.asset;
class Thing extends pulumi.CustomResource {}
new Thing("demo:index:Thing", "thing", { value: ${made} });
`),
      );
      assert.match(stack.error!, message);
    }
  });
});
