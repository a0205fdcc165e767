/** Tags of AWS and Azure and labels of Google Cloud: a resource's own, and those that its provider adds to all. */
import type { Context, ResourceView } from "../control.ts";
import { type Finding, violation } from "../findings.ts";
import { type Reading, read, readJson, textOf, type Unknown } from "../read.ts";

/** What a cloud calls them. */
export type TagKind = "tags" | "labels";

/** Names of tags, and the first thing about them that is not known yet. */
interface TagNames {
  names: string[];
  unknown?: Unknown;
}

/** The resource must carry the tags of the parameter `requiredTags` or, where that is empty, at least one. */
export function mustBeTagged({ props, provider }: ResourceView, kind: TagKind, context: Context): Finding[] {
  const sources = [tagsIn(read(props, kind)), defaultTags(provider, kind)];
  const names = sources.flatMap((source) => source.names);
  const required = context.list("requiredTags");
  const missing = required.filter((name) => !names.includes(name));
  if (required.length > 0 ? missing.length === 0 : names.length > 0) return [];
  const open = sources.find((source) => source.unknown)?.unknown;
  if (open) return [{ kind: "undecided", path: open.path, cause: open.cause }];
  return [violation(required.length > 0 ? `${kind} lack ${missing.join(", ")}` : `${kind} is not set; set it`)];
}

/** A provider's own settings reach the engine as JSON text: tags inside an object, labels as they are. */
function defaultTags(provider: ResourceView["provider"], kind: TagKind): TagNames {
  if (!provider) return { names: [] };
  const settings = readJson(provider.props, kind === "labels" ? "defaultLabels" : "defaultTags");
  if (kind === "labels" || settings.state !== "known") return tagsIn(settings);
  return isContainer(settings.value) ? tagsIn(read(settings.value, "tags")) : { names: [] };
}

/** A map of tags or, in aws-native, a list of objects with a key and a value. */
function tagsIn(tags: Reading): TagNames {
  if (tags.state === "unknown") return { names: [], unknown: tags };
  if (tags.state !== "known" || !isContainer(tags.value)) return { names: [] };
  if (!Array.isArray(tags.value)) return { names: Object.keys(tags.value) };
  const list = tags.value;
  const keys = Array.from({ length: list.length }, (_, index) => read(list, [String(index), "key"]));
  return {
    names: keys.flatMap((key) => (key.state === "known" ? [textOf(key.value)] : [])),
    unknown: keys.find((key) => key.state === "unknown"),
  };
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
