/** The resources of a stack and how they relate. */
import type { PolicyResource } from "@pulumi/policy";
import { canonicalType, type StackResource, type StackView } from "./control.ts";
import { read, type Unknown } from "./read.ts";

/** The server's resources as checks see them: undated types, and one object for each resource. */
export function viewStack(resources: PolicyResource[]): StackView {
  const views = new Map(resources.map((resource) => [resource.urn, viewResource(resource)]));
  const viewsOf = (linked: PolicyResource[]) => linked.flatMap(({ urn }) => views.get(urn) ?? []);
  for (const { urn, parent, dependencies, propertyDependencies } of resources) {
    const view = views.get(urn) as StackResource;
    view.parent = parent && views.get(parent.urn);
    view.dependencies = viewsOf(dependencies);
    for (const [property, linked] of Object.entries(propertyDependencies)) {
      view.propertyDependencies[property] = viewsOf(linked);
    }
  }
  const all = [...views.values()];
  const byType = new Map<string, StackResource[]>();
  for (const view of all) {
    const same = byType.get(view.type);
    if (same) same.push(view);
    else byType.set(view.type, [view]);
  }
  return { resources: all, ofType: (...types) => types.flatMap((type) => byType.get(type) ?? []) };
}

function viewResource({ type, urn, name, props, provider }: PolicyResource): StackResource {
  return { type: canonicalType(type), urn, name, props, provider, dependencies: [], propertyDependencies: {} };
}

/** Whether one resource refers to another. If that is unknown: the reading that will decide it. */
export type Reference = "yes" | "no" | Unknown;

/**
 * Whether the value at `path` of a resource is one of the other resource's outputs (`keys`: its id, ARN or name).
 * Where one of the two is not known, the engine's record of what the property was made from decides: in a preview
 * ids are unknown, and afterwards not every provider repeats the id among the outputs.
 */
export function refersTo(source: StackResource, path: string, target: StackResource, keys: string[]): Reference {
  const value = read(source.props, path);
  if (value.state === "absent" || value.state === "malformed") return "no";
  const made = madeFrom(source, path);
  // Most pairs of a large stack end here, before anything of the target is read.
  if (value.state === "unknown" && made.length > 0) return made.includes(target) ? "yes" : "no";
  const outputs = keys.map((key) => read(target.props, key));
  if (
    value.state === "known" &&
    outputs.some((output) => output.state === "known" && sameId(output.value, value.value))
  ) {
    return "yes";
  }
  if (value.state === "known" && outputs.some((output) => output.state === "known")) {
    // Not every provider repeats the id among the outputs: then the value may be it.
    const lacksId = keys.includes("id") && read(target.props, "id").state === "absent";
    return lacksId && made.includes(target) ? "yes" : "no";
  }
  if (made.includes(target)) return "yes";
  if (value.state === "unknown") return value;
  return outputs.find((output) => output.state === "unknown") ?? "no";
}

/** The resources that the property at `path` was made from. */
export function madeFrom(source: StackResource, path: string): StackResource[] {
  const property = path.match(/^[^.[]+/)?.[0] ?? path;
  return source.propertyDependencies[property] ?? [];
}

/** Resource ids of Azure are the same in any case; those of the other clouds never differ in case only. */
function sameId(a: unknown, b: unknown): boolean {
  return typeof a === "string" && typeof b === "string" && a.toLowerCase() === b.toLowerCase();
}
