/** What differs between Azure's public, US Government and China clouds: names of DNS zones, endpoints and consoles. */

/** One of Azure's clouds. */
export interface AzureCloud {
  /** The provider's name of the cloud: `public`, `usgovernment` or `china`. */
  environment: string;
  /** DNS suffix of storage endpoints. */
  storageSuffix: string;
  /** DNS suffix of Key Vault endpoints. */
  vaultSuffix: string;
  /** Azure Machine Learning studio. */
  studioUrl: string;
  /** Private DNS zones by the sub-resource (group id) of a private endpoint. */
  zones: Record<EndpointGroup, string[]>;
}

/** The sub-resources that the workspace reaches through private endpoints. */
export type EndpointGroup =
  | "amlworkspace"
  | "vault"
  | "blob"
  | "file"
  | "queue"
  | "table"
  | "dfs"
  | "registry"
  | "azuremonitor";

const PUBLIC = cloud({
  environment: "public",
  storageSuffix: "core.windows.net",
  vaultSuffix: "vault.azure.net",
  studioUrl: "https://ml.azure.com",
  workspaceZones: ["privatelink.api.azureml.ms", "privatelink.notebooks.azure.net"],
  vaultZone: "privatelink.vaultcore.azure.net",
  registryZone: "privatelink.azurecr.io",
  monitorDomain: { monitor: "azure.com", insights: "azure.com", automation: "net" },
});

const US_GOVERNMENT = cloud({
  environment: "usgovernment",
  storageSuffix: "core.usgovcloudapi.net",
  vaultSuffix: "vault.usgovcloudapi.net",
  studioUrl: "https://ml.azure.us",
  workspaceZones: ["privatelink.api.ml.azure.us", "privatelink.notebooks.usgovcloudapi.net"],
  vaultZone: "privatelink.vaultcore.usgovcloudapi.net",
  registryZone: "privatelink.azurecr.us",
  monitorDomain: { monitor: "azure.us", insights: "azure.us", automation: "us" },
});

const CHINA = cloud({
  environment: "china",
  storageSuffix: "core.chinacloudapi.cn",
  vaultSuffix: "vault.azure.cn",
  studioUrl: "https://studio.ml.azure.cn",
  workspaceZones: ["privatelink.api.ml.azure.cn", "privatelink.notebooks.chinacloudapi.cn"],
  vaultZone: "privatelink.vaultcore.azure.cn",
  registryZone: "privatelink.azurecr.cn",
  monitorDomain: { monitor: "azure.cn", insights: "azure.cn", automation: "cn" },
});

/** The cloud that a region belongs to. */
export function cloudOf(location: string): AzureCloud {
  if (/^(usgov|usdod)/.test(location)) return US_GOVERNMENT;
  if (location.startsWith("china")) return CHINA;
  return PUBLIC;
}

/** Regions with availability zones: https://learn.microsoft.com/azure/reliability/regions-list */
const ZONAL = new Set(
  (
    "australiaeast austriaeast belgiumcentral brazilsouth canadacentral centralindia centralus chilecentral chinanorth3 " +
    "eastasia eastus eastus2 francecentral germanywestcentral indonesiacentral israelcentral italynorth japaneast " +
    "japanwest koreacentral malaysiawest mexicocentral newzealandnorth northeurope norwayeast polandcentral qatarcentral " +
    "southafricanorth southcentralus southeastasia spaincentral swedencentral switzerlandnorth uaenorth uksouth " +
    "usgovvirginia westeurope westus2 westus3"
  ).split(" "),
);

/** Whether a region has availability zones, so that storage and the registry can span them. */
export function hasZones(location: string): boolean {
  return ZONAL.has(location);
}

/** The distinct private DNS zones of a cloud. */
export function allZones({ zones }: AzureCloud): string[] {
  return [...new Set(Object.values(zones).flat())];
}

interface CloudNames {
  environment: string;
  storageSuffix: string;
  vaultSuffix: string;
  studioUrl: string;
  workspaceZones: string[];
  vaultZone: string;
  registryZone: string;
  monitorDomain: { monitor: string; insights: string; automation: string };
}

function cloud(names: CloudNames): AzureCloud {
  const storageZone = (service: string) => `privatelink.${service}.${names.storageSuffix}`;
  const { monitor, insights, automation } = names.monitorDomain;
  return {
    environment: names.environment,
    storageSuffix: names.storageSuffix,
    vaultSuffix: names.vaultSuffix,
    studioUrl: names.studioUrl,
    zones: {
      amlworkspace: names.workspaceZones,
      vault: [names.vaultZone],
      blob: [storageZone("blob")],
      file: [storageZone("file")],
      queue: [storageZone("queue")],
      table: [storageZone("table")],
      dfs: [storageZone("dfs")],
      registry: [names.registryZone],
      // Agents download their solution packs from blob storage, so the monitor scope needs the blob zone as well.
      azuremonitor: [
        `privatelink.monitor.${monitor}`,
        `privatelink.oms.opinsights.${insights}`,
        `privatelink.ods.opinsights.${insights}`,
        `privatelink.agentsvc.azure-automation.${automation}`,
        storageZone("blob"),
      ],
    },
  };
}
