/** TypeScript that is more than types: compiled as the engine has it compiled, by the project's own settings. */
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { findCompiler } from "../../offline-preview/runner/compiler.ts";
import { folder, preview, removeFolders, resource } from "./preview.ts";

const PULUMI_YAML = { "Pulumi.yaml": "name: demo\nruntime: nodejs\n", "Pulumi.dev.yaml": "", "package.json": "{}" };

describe("offline preview: TypeScript", () => {
  after(removeFolders);

  it("compiles CommonJS programs, with fresh modules and the positions of the source", async () => {
    const path = folder({
      ...PULUMI_YAML,
      "Pulumi.yaml": "name: demo\nruntime: nodejs\nmain: app\n",
      "Pulumi.a.yaml": "config: {size: Small}\n",
      "Pulumi.dev.yaml": "config: {size: Large}\n",
      "app/index.ts": `import { Queue } from "@pulumi/aws/sqs/queue";
import counter = require("./lib/counter");
import { Size, Names } from "./lib";

// Nothing is left of an interface: what follows stands on other lines.
interface Settings {
  size: string;
  one?: string;
  two?: string;
  three?: string;
}

class Sized {
  constructor(public readonly size: Size, private settings: Settings) {}
  describe() { return Names.of(this.size) + this.settings.size; }
}
new Queue("here", { name: __dirname });
const size: string = new (require("@pulumi/pulumi").Config)().require("size");
export const text = new Sized(Size[size as keyof typeof Size], { size }).describe();
export const count = counter.next();
export { linked } from "workspace";
`,
      "app/lib/index.ts": `export enum Size { Small = "s", Large = "l" }
export namespace Names { export function of(size: Size): string { return "size " + size; } }
`,
      "app/lib/counter.ts": "let count = 0;\nexport = { next: (): number => ++count };\n",
      "workspace/package.json": JSON.stringify({ main: "main.ts" }),
      "workspace/main.ts": "let count = 0;\nexport enum Linked { Yes }\nexport const linked = [Linked[0], ++count];\n",
    });
    mkdirSync(join(path, "app", "node_modules"));
    symlinkSync(join(path, "workspace"), join(path, "app", "node_modules", "workspace"));
    const { code, report, stack } = await preview(path);
    assert.equal(code, 0, stack.error);
    assert.deepEqual(
      report.stacks.map(({ outputs }) => outputs),
      [
        { text: "size sSmall", count: 1, linked: ["Yes", 1] },
        { text: "size lLarge", count: 1, linked: ["Yes", 1] },
      ],
    );
    assert.equal(resource(stack, "here").source, "app/index.ts:17");
  });

  it("reads the tsconfig file that Pulumi.yaml names", async () => {
    const files = {
      ...PULUMI_YAML,
      "index.ts": `import path from "path";\nexport const joined = path.join("a", "b");\n`,
      "config/base.json": `{ "compilerOptions": { /* no default import without it */ "esModuleInterop": true } }`,
      "config/pulumi.json": `{ "extends": "./base.json", "include": ["nothing"] }`,
    };
    const without = await preview(folder(files));
    assert.match(
      without.stack.error!,
      /Cannot read properties of undefined \(reading 'join'\)\n\s+at .*index\.ts:2:28/,
    );
    const yaml = (file: string) => `name: demo\nruntime: {name: nodejs, options: {tsconfig: ${file}}}\n`;
    const named = await preview(folder({ ...files, "Pulumi.yaml": yaml("config/pulumi.json") }));
    assert.equal(named.code, 0, named.stack.error);
    assert.equal(named.stack.outputs.joined, "a/b");
    const missing = await preview(folder({ ...files, "Pulumi.yaml": yaml("config/none.json") }));
    assert.equal(missing.stack.error, "tsconfig path was set to config/none.json but the file was not found");
  });

  it("reports what the compiler cannot read, and leaves types alone", async () => {
    const { code, stack } = await preview(folder({ ...PULUMI_YAML, "index.ts": "export const a: number = ;\n" }));
    assert.equal(code, 2);
    assert.match(
      stack.error!,
      /index\.ts\(1,26\): error TS1109: Expression expected\.\n\(compiled by TypeScript 3\.8\.3\)/,
    );
    const types = await preview(folder({ ...PULUMI_YAML, "index.ts": `export const a: number = "text";\n` }));
    assert.equal(types.stack.outputs.a, "text");
    const config = await preview(
      folder({ ...PULUMI_YAML, "index.ts": "", "tsconfig.json": `{ "compilerOptions": { "module": "none such" } }` }),
    );
    assert.match(config.stack.error!, /error TS6046: Argument for '--module' option must be/);
  });

  it("warns of a package.json that names no program, and of two programs", async () => {
    const path = folder({
      ...PULUMI_YAML,
      "package.json": JSON.stringify({ main: "bin/index.js" }),
      "index.js": `exports.ran = "js";`,
      "index.ts": `export const ran = "ts";`,
    });
    const { stack, stderr } = await preview(path);
    assert.equal(stack.outputs.ran, "js");
    assert.match(stderr, /Could not find entry point 'bin\/index\.js' specified in package\.json; using/);
    assert.match(stderr, /Found a TypeScript project containing an index\.js file/);
  });

  it("finds the program by package.yaml and by the conditions of exports", async () => {
    const program = "export const ran: string = import.meta.filename.slice(-6);\n";
    const manifests = {
      "package.yaml": "type: module\nexports:\n  .: {import: ./b.ts, default: ./a.ts}\n",
      "package.json": JSON.stringify({ type: "module", exports: { ".": { import: "./a.ts" } } }),
    };
    for (const [name, manifest] of Object.entries(manifests)) {
      const files: Record<string, string> = { ...PULUMI_YAML, "a.ts": program, "b.ts": program, [name]: manifest };
      if (name === "package.yaml") delete files["package.json"];
      const { stack } = await preview(folder(files));
      assert.match(String(stack.outputs.ran), /a\.ts$/, stack.error);
    }
  });

  it("compiles an ES module only with a ts-node that can load one", () => {
    const stub = (version: string) => `module.exports = {
      version: ${JSON.stringify(version)},
      sys: {},
      parseConfigFileTextToJson: () => ({ config: {} }),
      parseJsonConfigFileContent: (config) => ({ options: config.compilerOptions, errors: [] }),
      transpileModule: (source, { fileName, compilerOptions }) =>
        ({ outputText: [fileName.split("/").pop(), compilerOptions.module, source].join(" ") }),
    };`;
    const compilerOf = (version: string, esm: boolean) => {
      const path = folder({
        "project/node_modules/@pulumi/pulumi/index.js": "",
        "project/node_modules/typescript/index.js": stub(version),
        "project/node_modules/ts-node/package.json": JSON.stringify({ exports: esm ? { "./esm": "./esm.mjs" } : {} }),
        "project/node_modules/ts-node/esm.mjs": "",
        "project/package.json": JSON.stringify({ type: "module" }),
        "project/index.ts": "program",
        "project/old/package.json": "{}",
        "project/old/index.ts": "old",
      });
      const pwd = join(path, "project");
      return { pwd, compiler: findCompiler({ pwd, typescript: {} }, true) };
    };
    assert.equal(compilerOf("5.9.0", false).compiler, undefined);
    assert.equal(compilerOf("4.6.4", true).compiler, undefined);
    const { pwd, compiler } = compilerOf("5.9.0", true);
    const compiled = compiler!.compile(join(pwd, "index.ts"))!;
    assert.equal(compiled.format, "module");
    assert.match(compiled.source, /^index\.mts nodenext program/);
    const old = compiler!.compile(join(pwd, "old", "index.ts"))!;
    assert.equal(old.format, "commonjs");
    assert.match(old.source, /^index\.ts nodenext old/);
    assert.equal(compiler!.compile(join(pwd, "index.js")), undefined);
  });
});
