// The packages of a project whose plugin is a folder on this machine: `packages` and `plugins` of Pulumi.yaml, as the
// engine reads them (sdk/go/common/resource/plugin/host.go: projectPluginsFromProject).

import { existsSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseYaml } from "./yaml.ts";

type Json = Record<string, unknown>;

/**
 * Name -> absolute path. The packages that such a folder needs itself are among them. A folder that is not there is
 * passed to `fail`, with the field that names it.
 */
export function localPackages(project: Json, root: string, fail: (what: string) => never): Record<string, string> {
  const found = new Map<string, string>();
  const add = (name: string, path: string, field: string) => {
    const folder = resolve(root, path);
    if (!existsSync(folder) || !statSync(folder).isDirectory()) fail(`${field}: there is no folder ${folder}`);
    if (found.has(name)) return;
    found.set(name, folder);
    addPackages(pluginFile(folder)?.packages);
  };
  const addPackages = (packages: unknown) => {
    for (const [name, spec] of Object.entries(asObject(packages))) {
      const source = sourceOf(spec);
      if (isLocalPath(source, root)) add(name, source, `packages.${name}`);
    }
  };
  for (const { name, path } of providerPlugins(project.plugins)) add(name, path, `plugins.providers of '${name}'`);
  addPackages(project.packages);
  return Object.fromEntries(found);
}

/** What a folder's PulumiPlugin.yaml says; undefined if it has none or one that cannot be read. */
export function pluginFile(folder: string): Json | undefined {
  try {
    return asObject(parseYaml(readFileSync(join(folder, "PulumiPlugin.yaml"), "utf8")));
  } catch {
    return undefined;
  }
}

// The older way to name them.
function providerPlugins(plugins: unknown): { name: string; path: string }[] {
  const { providers } = asObject(plugins);
  return (Array.isArray(providers) ? providers : []).map(asObject).flatMap(({ name, path }) => {
    return typeof name === "string" && typeof path === "string" ? [{ name, path }] : [];
  });
}

// Either `source@version` or an object.
function sourceOf(spec: unknown): string {
  const source = typeof spec === "string" ? spec.split("@")[0] : asObject(spec).source;
  return typeof source === "string" ? source : "";
}

// Names of registries and repositories have slashes too.
function isLocalPath(source: string, root: string): boolean {
  return /^(\.\/|\.\.|\/)/.test(source) || (source.includes("/") && existsSync(join(root, source)));
}

function asObject(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}
