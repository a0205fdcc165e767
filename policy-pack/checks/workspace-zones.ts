/** Whether a private endpoint of an Azure ML workspace resolves names in the workspace's own DNS zones. */
import type { StackResource } from "../control.ts";
import { elementPaths, type Reading, read, textOf } from "../read.ts";
import { madeFrom } from "../stack-view.ts";
import type { Answer } from "./answers.ts";

/**
 * The zones of the workspace's API and of its notebooks, in Azure's public, US government and Chinese clouds
 * (learn.microsoft.com/azure/private-link/private-endpoint-dns).
 */
const WORKSPACE_ZONES = [
  ["privatelink.api.azureml.ms", "privatelink.api.ml.azure.us", "privatelink.api.ml.azure.cn"],
  [
    "privatelink.notebooks.azure.net",
    "privatelink.notebooks.usgovcloudapi.net",
    "privatelink.notebooks.chinacloudapi.cn",
  ],
];

/** Private zones, and the properties that hold their names. */
const ZONE_NAMES: Record<string, string[]> = {
  "azure-native:privatedns:PrivateZone": ["privateZoneName", "name"],
  "azure-native:network:PrivateZone": ["privateZoneName", "name"],
  "azure:privatedns/zone:Zone": ["name"],
};

/**
 * Whether a list of zone ids holds both zones. An id that is not known yet is taken for one of the zones of the stack
 * that the list was made from, and where their names are not known either, for one of the two.
 */
export function holdsWorkspaceZones(source: StackResource, list: string, inner = ""): Answer {
  const paths = elementPaths(source.props, list);
  if (!Array.isArray(paths)) return paths.state === "unknown" ? paths : false;
  const ids = paths.map((path) => read(source.props, path + inner));
  const made = madeFrom(source, list).flatMap(zoneName);
  const names = [...ids.flatMap(lastPart), ...made];
  const missing = WORKSPACE_ZONES.filter((zone) => !names.some((name) => zone.includes(name)));
  const unnamed = ids.filter(({ state }) => state === "unknown").length - made.length;
  return missing.length === 0 || missing.length <= unnamed;
}

function lastPart(id: Reading): string[] {
  return id.state === "known" ? [textOf(id.value).toLowerCase().split("/").at(-1) as string] : [];
}

function zoneName({ type, props }: StackResource): string[] {
  const names = (ZONE_NAMES[type] ?? []).map((path) => read(props, path));
  return names.flatMap((name) => (name.state === "known" ? [textOf(name.value).toLowerCase()] : [])).slice(0, 1);
}
