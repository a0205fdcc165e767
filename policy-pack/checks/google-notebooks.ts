/** How Google Cloud describes notebooks: by instance metadata, and managed ones by a machine inside a machine. */
import type { Check } from "../control.ts";
import { type Finding, mustEqual, type WhenAbsent } from "../findings.ts";
import { LEGACY_NOTEBOOK, WORKBENCH } from "./types.ts";

/** Where managed notebooks describe their machine. */
export const RUNTIME_MACHINE = "virtualMachine.virtualMachineConfig";

/** Where Workbench instances, and the user-managed notebooks before them, keep their metadata. */
export const METADATA: [type: string, metadata: string][] = [
  [WORKBENCH, "gceSetup.metadata"],
  [LEGACY_NOTEBOOK, "metadata"],
];

/** A check of one key of the metadata, for each generation of notebooks that has metadata. */
export function metadataChecks(
  key: string,
  cloudDefault: string,
  rule: (props: object, path: string) => Finding[],
  whenAbsent: WhenAbsent = "violates",
): Check[] {
  return METADATA.map(([type, metadata]) => ({
    types: [type],
    whenAbsent,
    cloudDefault,
    evaluate: ({ props }) => rule(props, `${metadata}.${key}`),
  }));
}

/** The setting must be on. It is off unless somebody switches it on. */
export function mustBeOn(props: object, path: string): Finding[] {
  return mustEqual(props, path, true, { absent: "violates" });
}
