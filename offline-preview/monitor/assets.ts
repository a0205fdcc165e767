// Assets and archives as the engine passes them on: with the digest of what they hold, without the SDK's own mark
// (sdk/go/common/resource/asset). Archives have no digest here: the engine takes it over a tar or zip file that it makes.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { messageOf } from "../errors.ts";
import type { Properties } from "../protocol/messages.ts";
import { ASSET, isMap, signatureOf } from "../protocol/properties.ts";

/** An asset or archive of a program that runs in `folder`; an error if a file that it names cannot be read. */
export function engineAsset(value: Properties, folder: string): Properties {
  const { __pulumiAsset: _, __pulumiArchive: __, ...asset } = value;
  if (signatureOf(asset) === ASSET) return { ...asset, ...digest(asset, folder) };
  if (!isMap(asset.assets)) return asset;
  const assets = Object.entries(asset.assets).map(([name, entry]) => [
    name,
    isMap(entry) && signatureOf(entry) !== undefined ? engineAsset(entry, folder) : entry,
  ]);
  return { ...asset, assets: Object.fromEntries(assets) };
}

function digest({ text, path }: Properties, folder: string): { hash?: string } {
  if (typeof text === "string") return { hash: sha256(text) };
  // What a remote asset holds is not fetched.
  if (typeof path !== "string") return {};
  try {
    return { hash: sha256(readFileSync(resolve(folder, path))) };
  } catch (error) {
    throw new Error(`failed to compute asset hash for "${path}": ${messageOf(error)}`);
  }
}

function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
