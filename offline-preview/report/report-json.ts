// The result as one JSON document.

import { mapForPeople } from "../protocol/properties.ts";
import type { PreviewResult, StackResult } from "./result.ts";

/** The document of --json; docs/fidelity.md describes it. */
export function jsonReport(result: PreviewResult): string {
  return JSON.stringify({ ok: result.ok, packs: result.packs, stacks: result.stacks.map(stackDocument) }, undefined, 2);
}

function stackDocument(stack: StackResult): object {
  return {
    stack: stack.stack,
    ok: stack.ok,
    ...(stack.error === undefined ? {} : { error: stack.error }),
    resources: stack.resources.map((resource) => ({
      urn: resource.urn,
      type: resource.type,
      name: resource.name,
      parent: resource.parent,
      custom: resource.custom,
      ...(resource.opaque ? { opaque: true } : {}),
      inputs: mapForPeople(resource.inputs),
      dependencies: resource.dependencies,
      propertyDependencies: resource.propertyDependencies,
      source: resource.source ?? "",
    })),
    diagnostics: stack.diagnostics,
    notEvaluated: stack.notEvaluated,
    exempted: stack.exempted,
    outputs: mapForPeople(stack.outputs),
    durationMs: stack.durationMs,
  };
}
