// Assets and archives as the engine passes them on: with the digest of what they hold, without the SDK's own mark
// (sdk/go/common/resource/asset).

import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { messageOf } from "../errors.ts";
import type { Properties } from "../protocol/messages.ts";
import { ASSET, isMap, signatureOf } from "../protocol/properties.ts";
import { archiveDigest } from "./archives.ts";
import { regularFile } from "./files.ts";

/** An asset or archive of a program that runs in `folder`; an error if a file that it names cannot be read. */
export function engineAsset(value: Properties, folder: string): Properties {
  const { __pulumiAsset: _, __pulumiArchive: __, ...asset } = value;
  return signatureOf(asset) === ASSET ? withDigest("asset", asset, folder) : withDigest("archive", asset, folder);
}

function withDigest(kind: "asset" | "archive", asset: Properties, folder: string): Properties {
  try {
    const hash = kind === "asset" ? assetDigest(asset, folder) : archiveDigest(asset, folder);
    return { ...asset, ...members(asset, folder), ...(hash === undefined ? {} : { hash }) };
  } catch (error) {
    throw new Error(`failed to compute ${kind} hash: ${messageOf(error)}`);
  }
}

function members({ assets }: Properties, folder: string): Properties {
  if (!isMap(assets)) return {};
  const entries = Object.entries(assets).map(([name, entry]) => [
    name,
    isMap(entry) && signatureOf(entry) !== undefined ? engineAsset(entry, folder) : entry,
  ]);
  return { assets: Object.fromEntries(entries) };
}

// What a remote asset holds is not fetched.
function assetDigest({ text, path }: Properties, folder: string): string | undefined {
  if (typeof text === "string") return sha256(text);
  return typeof path === "string" ? sha256(regularFile(resolve(folder, path)).read()) : undefined;
}

function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
