/** What Azure asks of a spec, beyond the rules that hold on every cloud. */
import type { WorkspaceArgs } from "../args.ts";
import { InvalidInputError, type Problem } from "../problems.ts";
import { parseWorkspace, type Workspace } from "../spec.ts";
import { databaseProblems } from "./databases.ts";
import { storageAccountParts } from "./ids.ts";
import { mirrorProblems } from "./image-repositories.ts";
import { trainingProblems } from "./training-checks.ts";

/**
 * Reads a spec and checks what Azure asks of it: the ids that are given as text; those that are outputs are known only later.
 * @throws InvalidInputError with every problem, before any resource is registered.
 */
export function parseAzureWorkspace(args: WorkspaceArgs): Workspace {
  const workspace = parseWorkspace(args);
  if (workspace.cloud !== "azure") {
    throw new InvalidInputError("The workspace spec", [{ path: "cloud", message: "use azure with this component" }]);
  }
  const problems = [
    ...networkProblems(workspace),
    ...dataStoreProblems(workspace),
    ...notebookProblems(workspace),
    ...mirrorProblems(workspace),
    ...databaseProblems(workspace),
    ...trainingProblems(workspace),
  ];
  if (problems.length > 0) throw new InvalidInputError("The workspace spec", problems);
  return workspace;
}

const SUBNET =
  /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Network\/virtualNetworks\/[^/]+\/subnets\/[^/]+$/i;
const NETWORK =
  /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Network\/virtualNetworks\/[^/]+$/i;
const RESOURCE_GROUP = /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+$/i;

function networkProblems({ network: { existing } }: Workspace): Problem[] {
  if (!existing) return [];
  const at = (field: string) => `network.existing.${field}`;
  return [
    ...idProblem(at("networkId"), existing.networkId, NETWORK, "a virtual network"),
    ...existing.subnetIds.flatMap((id, index) => idProblem(`${at("subnetIds")}[${index}]`, id, SUBNET, "a subnet")),
    ...idProblem(at("privateEndpointSubnetId"), existing.privateEndpointSubnetId, SUBNET, "a subnet"),
    ...idProblem(
      at("privateDnsResourceGroupId"),
      existing.privateDnsResourceGroupId,
      RESOURCE_GROUP,
      "a resource group",
    ),
  ];
}

function dataStoreProblems({ dataStores }: Workspace): Problem[] {
  return dataStores.flatMap(({ existing }, index) => {
    if (typeof existing?.id !== "string" || storageAccountParts(existing.id)?.accountName) return [];
    const message = "use the resource id of a storage account: /subscriptions/…/storageAccounts/<name>";
    return [{ path: `dataStores[${index}].existing.id`, message }];
  });
}

function notebookProblems({ notebooks }: Workspace): Problem[] {
  return notebooks.flatMap(({ machineType }, index) => {
    if (!machineType || /^Standard_/i.test(machineType)) return [];
    const message = `"${machineType}" is no Azure machine type; use one such as Standard_D2ds_v4`;
    return [{ path: `notebooks[${index}].machineType`, message }];
  });
}

function idProblem(path: string, id: unknown, pattern: RegExp, what: string): Problem[] {
  if (typeof id !== "string" || pattern.test(id)) return [];
  return [{ path, message: `use the resource id of ${what}: /subscriptions/…` }];
}
