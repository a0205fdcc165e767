/**
 * Writes the publishable packages to dist/<package>: CommonJS (which ES modules can import too), type declarations, and a
 * package.json whose exports map names the compiled files.
 */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Folder of each package, from the repository's root. */
const PACKAGES = ["components", "policy-pack", "offline-preview"];

/** Files that go into a package as they are. */
const AS_IS = ["PulumiPolicy.yaml", "README.md", "bin/*.cjs", "*.cjs", "profiles/*.json"];

interface Manifest {
  name: string;
  type?: string;
  exports?: Record<string, string>;
  [key: string]: unknown;
}

rmSync("dist", { recursive: true, force: true });
for (const folder of PACKAGES) build(folder);

function build(folder: string): void {
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  const target = join("dist", manifest.name);
  const source = join("dist", ".source", manifest.name);
  // The compiler takes a file's module format from the nearest package.json: a copy beside a CommonJS manifest compiles
  // to CommonJS and keeps `import()` for ES modules.
  for (const file of globSync("**/*.{ts,d.cts}", { cwd: folder })) copy(join(folder, file), join(source, file));
  writeJson(join(source, "package.json"), publishable(manifest));
  writeJson(join(source, "tsconfig.json"), compilerOptions(target));
  execFileSync("tsc", ["--project", join(source, "tsconfig.json")], { stdio: "inherit" });
  for (const file of globSync(AS_IS, { cwd: folder })) copy(join(folder, file), join(target, file));
  copy("LICENSE", join(target, "LICENSE"));
  writeJson(join(target, "package.json"), publishable(manifest));
  rmSync(join("dist", ".source"), { recursive: true });
  console.log(`${target}: ${globSync("**/*.js", { cwd: target }).length} modules`);
}

/** The manifest with compiled files in its exports map, and without what only the source needs. */
function publishable({ type: _, exports = {}, ...manifest }: Manifest): Manifest {
  const compiled = Object.entries(exports).map(([key, file]) => {
    if (!file.endsWith(".ts")) return [key, file] as const;
    const base = file.slice(0, -".ts".length);
    return [key, { types: `${base}.d.ts`, default: `${base}.js` }] as const;
  });
  return { ...manifest, exports: Object.fromEntries(compiled) as Record<string, string> };
}

function compilerOptions(target: string): object {
  return {
    extends: "../../../tsconfig.json",
    compilerOptions: {
      noEmit: false,
      outDir: join("../../..", target),
      rootDir: ".",
      declaration: true,
      verbatimModuleSyntax: false,
      types: ["node"],
    },
    include: ["."],
    exclude: [],
  };
}

function copy(from: string, to: string): void {
  mkdirSync(join(to, ".."), { recursive: true });
  if (existsSync(from)) cpSync(from, to);
}

function writeJson(file: string, value: object): void {
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
