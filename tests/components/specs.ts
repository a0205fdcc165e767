/** Specs that together make the components create everything that they can: the team stacks, and variants of them. */
import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import type { WorkspaceArgs } from "../../components/args.ts";
import { CLOUDS, type Cloud, EGRESS_MODES, SIZES } from "../../components/spec.ts";
import { specFor } from "./record.ts";
import { withTraining } from "./training-specs.ts";

/** A spec with a name for test reports. */
export interface NamedSpec {
  name: string;
  spec: WorkspaceArgs;
}

/** The configuration key that a stack file has its spec under. */
export const CONFIG_KEY = "secure-ml-workspaces:workspace";

/** The spec of every team stack of this repository. */
export function teamSpecs(): NamedSpec[] {
  const files = readdirSync("stacks").filter((file) => /^Pulumi\..+\.yaml$/.test(file));
  return files.map((file) => ({
    name: file.replace(/^Pulumi\.|\.yaml$/g, ""),
    spec: parse(readFileSync(`stacks/${file}`, "utf8")).config[CONFIG_KEY] as WorkspaceArgs,
  }));
}

/** Variants of a full spec, on every cloud: each egress mode, every size, HSM keys, immutable stores, longest names. */
export function variantSpecs(): NamedSpec[] {
  return CLOUDS.flatMap((cloud) => [
    ...EGRESS_MODES.map((egress) => ({ name: `${cloud}, egress ${egress}`, spec: withEgress(cloud, egress) })),
    { name: `${cloud}, restricted data`, spec: restricted(cloud) },
    { name: `${cloud}, every size and repositories`, spec: everySize(cloud) },
    { name: `${cloud}, existing network and store`, spec: withExisting(cloud) },
    { name: `${cloud}, longest names`, spec: longestNames(cloud) },
    { name: `${cloud}, shortest names, extreme days`, spec: extremes(cloud) },
    { name: `${cloud}, training`, spec: withTraining(cloud) },
  ]);
}

function withEgress(cloud: Cloud, egress: string): WorkspaceArgs {
  const approvedHosts = egress === "approved" ? ["github.com", "*.githubusercontent.com"] : [];
  return specFor(cloud, { network: { cidr: "10.20.0.0/20", egress, approvedHosts } });
}

function restricted(cloud: Cloud): WorkspaceArgs {
  return specFor(cloud, {
    dataClassification: "restricted",
    keys: { hsm: true, rotationDays: 90 },
    dataStores: [{ name: "scans", immutableDays: 365 }],
  });
}

function everySize(cloud: Cloud): WorkspaceArgs {
  const notebooks = SIZES.map((size) => ({ name: `nb-${size}`, owner: "ana", size, idleMinutes: 15, volumeGb: 10 }));
  return specFor(cloud, {
    network: { cidr: "10.20.0.0/20", egress: "approved", approvedHosts: ["github.com"] },
    notebooks: [
      ...notebooks,
      {
        name: "repos",
        owner: "ana",
        repositories: ["https://github.com/example/fraud-notebooks"],
        idleMinutes: 1440,
        volumeGb: 4096,
      },
    ],
  });
}

function withExisting(cloud: Cloud): WorkspaceArgs {
  const group = "/subscriptions/55555555-6666-4777-8888-999999999999/resourceGroups/bank";
  const vnet = `${group}/providers/Microsoft.Network/virtualNetworks/hub`;
  const region = "projects/example-fraud-prod/regions/europe-west4";
  const networks = {
    aws: { networkId: "vpc-0a1b2c3d", subnetIds: ["subnet-0a1b2c3d"], routeTableIds: ["rtb-0a1b2c3d"] },
    gcp: {
      networkId: "projects/example-fraud-prod/global/networks/hub",
      subnetIds: [`${region}/subnetworks/ml`],
    },
    azure: {
      networkId: vnet,
      subnetIds: [`${vnet}/subnets/ml`],
      privateEndpointSubnetId: `${vnet}/subnets/endpoints`,
      privateDnsResourceGroupId: group,
    },
  };
  const stores = {
    aws: {
      id: "example-bank-transactions",
      keyId: "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555",
    },
    gcp: {
      id: "example-bank-transactions",
      keyId: "projects/example-fraud-prod/locations/europe-west4/keyRings/bank/cryptoKeys/transactions",
    },
    azure: {
      id: `${group}/providers/Microsoft.Storage/storageAccounts/examplebanktransactions`,
      container: "transactions",
      keyId: `${group}/providers/Microsoft.KeyVault/vaults/example-bank-data/keys/transactions`,
    },
  };
  return specFor(cloud, {
    network: { existing: networks[cloud] },
    dataStores: [{ name: "transactions", access: "read", existing: stores[cloud] }],
  });
}

function longestNames(cloud: Cloud): WorkspaceArgs {
  const full = specFor(cloud);
  const longest = (length: number, letter: string) => letter.repeat(length);
  const owner = { ...full.people.dataScientists[0], name: longest(20, "p") };
  const operators = [{ ...full.people.operators?.[0], name: longest(20, "o") }];
  return specFor(cloud, {
    team: longest(20, "t"),
    name: longest(16, "w"),
    environment: longest(8, "e"),
    people: { dataScientists: [owner], operators },
    dataStores: [{ name: longest(16, "d"), access: "read-write" }],
    notebooks: [
      { name: longest(20, "n"), owner: owner.name },
      { name: `${longest(15, "n")}-0123`, owner: owner.name },
    ],
  });
}

function extremes(cloud: Cloud): WorkspaceArgs {
  const full = specFor(cloud);
  return specFor(cloud, {
    team: "t1",
    name: "w2",
    environment: "e3",
    network: { cidr: "10.20.0.0/24", flowLogRetentionDays: 30 },
    people: { ...full.people, dataScientists: [{ ...full.people.dataScientists[0], name: "p4" }] },
    dataStores: [
      { name: "d5", retentionDays: 1, immutableDays: 3650 },
      { name: "d6", retentionDays: 3650 },
    ],
    notebooks: [{ name: "n7", owner: "p4" }],
    keys: { rotationDays: 730 },
  });
}
