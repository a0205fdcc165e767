/** What differs between Azure's public, US Government and China clouds: names of DNS zones, endpoints and consoles. */

/** One of Azure's clouds. */
export interface AzureCloud {
  /** The provider's name of the cloud: `public`, `usgovernment` or `china`. */
  environment: string;
  /** DNS suffix of storage endpoints. */
  storageSuffix: string;
  /** DNS suffix of Key Vault endpoints. */
  vaultSuffix: string;
  /** DNS suffix of container registries. */
  registrySuffix: string;
  /** DNS suffix of App Configuration stores. */
  configurationSuffix: string;
  /** DNS suffix of PostgreSQL servers. */
  postgresSuffix: string;
  /** Azure Resource Manager. */
  resourceManagerUrl: string;
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
  | "configurationStores"
  | "postgresqlServer"
  | "azuremonitor";

const PUBLIC = cloud({
  environment: "public",
  storageSuffix: "core.windows.net",
  vaultSuffix: "vault.azure.net",
  registrySuffix: "azurecr.io",
  configurationSuffix: "azconfig.io",
  postgresSuffix: "postgres.database.azure.com",
  resourceManagerUrl: "https://management.azure.com",
  studioUrl: "https://ml.azure.com",
  workspaceZones: ["privatelink.api.azureml.ms", "privatelink.notebooks.azure.net"],
  vaultZone: "privatelink.vaultcore.azure.net",
  monitorDomain: { monitor: "azure.com", insights: "azure.com", automation: "net" },
});

const US_GOVERNMENT = cloud({
  environment: "usgovernment",
  storageSuffix: "core.usgovcloudapi.net",
  vaultSuffix: "vault.usgovcloudapi.net",
  registrySuffix: "azurecr.us",
  configurationSuffix: "azconfig.azure.us",
  postgresSuffix: "postgres.database.usgovcloudapi.net",
  resourceManagerUrl: "https://management.usgovcloudapi.net",
  studioUrl: "https://ml.azure.us",
  workspaceZones: ["privatelink.api.ml.azure.us", "privatelink.notebooks.usgovcloudapi.net"],
  vaultZone: "privatelink.vaultcore.usgovcloudapi.net",
  monitorDomain: { monitor: "azure.us", insights: "azure.us", automation: "us" },
});

const CHINA = cloud({
  environment: "china",
  storageSuffix: "core.chinacloudapi.cn",
  vaultSuffix: "vault.azure.cn",
  registrySuffix: "azurecr.cn",
  configurationSuffix: "azconfig.azure.cn",
  postgresSuffix: "postgres.database.chinacloudapi.cn",
  resourceManagerUrl: "https://management.chinacloudapi.cn",
  studioUrl: "https://studio.ml.azure.cn",
  workspaceZones: ["privatelink.api.ml.azure.cn", "privatelink.notebooks.chinacloudapi.cn"],
  vaultZone: "privatelink.vaultcore.azure.cn",
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

interface CloudNames extends Omit<AzureCloud, "zones"> {
  workspaceZones: string[];
  vaultZone: string;
  monitorDomain: { monitor: string; insights: string; automation: string };
}

function cloud({ workspaceZones, vaultZone, monitorDomain, ...names }: CloudNames): AzureCloud {
  const storageZone = (service: string) => `privatelink.${service}.${names.storageSuffix}`;
  const { monitor, insights, automation } = monitorDomain;
  return {
    ...names,
    zones: {
      amlworkspace: workspaceZones,
      vault: [vaultZone],
      blob: [storageZone("blob")],
      file: [storageZone("file")],
      queue: [storageZone("queue")],
      table: [storageZone("table")],
      dfs: [storageZone("dfs")],
      registry: [`privatelink.${names.registrySuffix}`],
      configurationStores: [`privatelink.${names.configurationSuffix}`],
      postgresqlServer: [`privatelink.${names.postgresSuffix}`],
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
