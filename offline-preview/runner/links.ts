// Links that lead out of what an isolated program may read: Node.js follows them without asking its permissions again, and
// anybody can commit one.

import { existsSync, readdirSync, realpathSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";

/**
 * The first link that leads out of these folders; undefined if none does. Installed packages are not searched in depth, only
 * the links among them that a workspace makes, which may lead to any place beside their folder.
 */
export function linkOut(folders: string[]): string | undefined {
  const inside = folders.map((folder) => realpathSync(folder));
  for (const folder of folders) {
    const found = firstOut(folder, inside);
    if (found !== undefined) return found;
  }
  return undefined;
}

function firstOut(folder: string, inside: string[]): string | undefined {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const found = entry.name === "node_modules" ? packageOut(path, inside) : entryOut(path, entry, inside);
    if (found !== undefined) return found;
  }
  return undefined;
}

interface Entry {
  isSymbolicLink(): boolean;
  isDirectory(): boolean;
}

function entryOut(path: string, entry: Entry, inside: string[]): string | undefined {
  if (entry.isSymbolicLink()) return leadsInto(path, inside) ? undefined : path;
  return entry.isDirectory() ? firstOut(path, inside) : undefined;
}

function packageOut(packages: string, inside: string[]): string | undefined {
  if (!existsSync(packages)) return undefined;
  const real = realpathSync(packages);
  if (basename(real) !== "node_modules") return packages;
  const allowed = [...inside, dirname(real)];
  for (const entry of readdirSync(packages, { withFileTypes: true })) {
    const path = join(packages, entry.name);
    if (entry.isSymbolicLink() && !leadsInto(path, allowed)) return path;
    if (!entry.name.startsWith("@") || !entry.isDirectory()) continue;
    const scoped = readdirSync(path, { withFileTypes: true }).filter((one) => one.isSymbolicLink());
    const out = scoped.find((one) => !leadsInto(join(path, one.name), allowed));
    if (out !== undefined) return join(path, out.name);
  }
  return undefined;
}

/** A link that leads nowhere shows nothing. */
function leadsInto(link: string, folders: string[]): boolean {
  if (!existsSync(link)) return true;
  const real = realpathSync(link);
  return folders.some((folder) => real === folder || real.startsWith(folder + sep));
}
