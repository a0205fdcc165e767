// The result as one JSON document.

import { documentOf } from "./document.ts";
import { neutralJson } from "./neutral.ts";
import type { PreviewResult } from "./result.ts";

/** The document of --json; docs/fidelity.md describes it. */
export function jsonReport(result: PreviewResult): string {
  return neutralJson(JSON.stringify(documentOf(result), undefined, 2));
}
