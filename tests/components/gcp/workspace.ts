/** Records a Google Cloud workspace as the program of this repository makes it. */
import type { WorkspaceArgs } from "../../../components/args.ts";
import { createProvider, SecureMlWorkspace } from "../../../components/gcp/index.ts";
import { type RecordOptions, type Registration, record, specFor } from "../record.ts";

/** Registrations of a workspace with the changes to the usual spec. */
export function recordWorkspace(
  changes: Partial<WorkspaceArgs> = {},
  options?: RecordOptions,
): Promise<Registration[]> {
  return recordSpec(specFor("gcp", changes), options);
}

/** Registrations of a workspace. */
export function recordSpec(spec: WorkspaceArgs, options?: RecordOptions): Promise<Registration[]> {
  return record(() => {
    const provider = createProvider("target", spec);
    new SecureMlWorkspace(`${spec.team}-${spec.name ?? "ml"}`, spec, { provider });
  }, options);
}

/** Two data scientists with a notebook each, an operator, and stores to read and to write, new and existing. */
export function twoNotebooks(): Partial<WorkspaceArgs> {
  const { people } = specFor("gcp");
  return {
    people: { ...people, dataScientists: [...people.dataScientists, { name: "ben", gcp: "user:ben@example.com" }] },
    dataStores: [
      { name: "features", access: "read-write" },
      { name: "curated", access: "read" },
      { name: "reference", access: "read", existing: { id: "bank-reference" } },
    ],
    notebooks: [
      { name: "explore", owner: "ana" },
      { name: "train", owner: "ben" },
    ],
  };
}
