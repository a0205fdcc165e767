// Where the SDKs of Pulumi packages are installed, found as Node.js finds them, without loading any.

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The installed Node.js SDK of a Pulumi package. */
export interface Sdk {
  /** Name of the package as types name it: the `aws` of `aws:s3/bucket:Bucket`. */
  name: string;
  /** Version of the package, without a leading "v". */
  version: string;
  /** Folder in which the generated declarations stand. */
  declarations: string;
}

interface Manifest {
  name?: string;
  version?: string;
  main?: string;
  types?: string;
  pulumi?: { resource?: boolean; name?: string; version?: string; parameterization?: { name?: string } };
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

/**
 * Finds SDKs as a program in `programFolder` would: `@pulumi/<package>`, else a dependency of the nearest package.json
 * files that says that it is this package's SDK. Answers are kept.
 */
export function installedSdks(programFolder: string): (pkg: string) => Sdk | undefined {
  const known = new Map<string, Sdk | undefined>();
  let others: Map<string, Sdk> | undefined;
  return (pkg) => {
    if (!known.has(pkg)) {
      const usual = /^[\w.-]+$/.test(pkg) ? sdkIn(resolve(programFolder, `@pulumi/${pkg}`)) : undefined;
      if (usual?.name !== pkg) others ??= dependencies(programFolder);
      known.set(pkg, usual?.name === pkg ? usual : others?.get(pkg));
    }
    return known.get(pkg);
  };
}

function dependencies(programFolder: string): Map<string, Sdk> {
  const found = new Map<string, Sdk>();
  for (const folder of ancestors(programFolder)) {
    const manifest = readManifest(folder);
    for (const name of Object.keys({
      ...manifest?.dependencies,
      ...manifest?.devDependencies,
      ...manifest?.optionalDependencies,
      ...manifest?.peerDependencies,
    })) {
      const sdk = sdkIn(resolve(folder, name));
      if (sdk !== undefined && !found.has(sdk.name)) found.set(sdk.name, sdk);
    }
  }
  return found;
}

function sdkIn(folder: string | undefined): Sdk | undefined {
  const manifest = folder === undefined ? undefined : readManifest(folder);
  if (folder === undefined || manifest?.pulumi?.resource !== true) return undefined;
  const { pulumi } = manifest;
  const npmName = (manifest.name ?? "").replace(/^.*\//, "").replace(/^pulumi-/, "");
  return {
    name: pulumi.parameterization?.name ?? pulumi.name ?? npmName,
    version: String(pulumi.version ?? manifest.version ?? "").replace(/^v/, ""),
    // Local SDKs are compiled into bin/.
    declarations: dirname(join(folder, manifest.types ?? manifest.main ?? "index.js")),
  };
}

function resolve(from: string, name: string): string | undefined {
  return ancestors(from)
    .map((folder) => join(folder, "node_modules", name))
    .find((folder) => existsSync(join(folder, "package.json")));
}

function ancestors(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...ancestors(parent)];
}

function readManifest(folder: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  } catch {
    return undefined;
  }
}
