/** Where `make` puts the clouds' API models: data of two Python packages, pinned in requirements.txt, never committed. */
import { existsSync } from "node:fs";

/** Folder of the models. Throws, with what to do, when nobody has installed them. */
export function apiModels(): string {
  const folder = ".cache/api-models";
  if (!existsSync(`${folder}/.installed`)) {
    throw new Error(`The clouds' API models are missing: run "make ${folder}/.installed" (or "make test") first`);
  }
  return folder;
}
