/** Specs with images, secrets, parameters, databases and pipelines: one set of steps for three clouds. */
import type { ExistingDatabaseArgs, PipelineArgs, WorkspaceArgs } from "../../components/args.ts";
import type { Cloud } from "../../components/spec.ts";
import { specFor } from "./record.ts";

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;

/** A database outside the workspace, as each cloud names it. */
const WAREHOUSE: Record<Cloud, ExistingDatabaseArgs> = {
  aws: { address: "10.60.4.10", host: "warehouse.example.com" },
  gcp: { address: "10.60.4.10", host: "warehouse.example.com" },
  azure: {
    id: "/subscriptions/55555555-6666-4777-8888-999999999999/resourceGroups/bank/providers/Microsoft.DBforPostgreSQL/flexibleServers/example-warehouse",
    host: "example-warehouse.postgres.database.azure.com",
  },
};

/** Prepares data with a password from a secret, trains without any secret, evaluates, and registers the model. */
export const NIGHTLY: PipelineArgs = {
  name: "nightly",
  schedule: "30 2 * * 1-5",
  steps: [
    {
      name: "prepare",
      kind: "processing",
      image: `prepare@${DIGEST}`,
      command: ["python", "prepare.py"],
      inputs: [{ name: "raw", dataStore: "transactions", path: "daily" }],
      outputs: [{ name: "features", dataStore: "features" }],
      secrets: ["warehouse-password"],
      parameters: ["sample-rate"],
      databases: ["warehouse"],
    },
    {
      name: "train",
      kind: "training",
      image: `trainer@${DIGEST}`,
      command: ["python", "train.py", "--epochs", "3"],
      nodes: 2,
      inputs: [{ name: "features", step: "prepare", output: "features" }],
      outputs: [{ name: "model" }],
      environment: { LOSS: "focal" },
      retries: 2,
      maxRunMinutes: 360,
    },
    {
      name: "evaluate",
      kind: "evaluation",
      image: `prepare@${DIGEST}`,
      inputs: [
        { name: "model", step: "train", output: "model" },
        { name: "holdout", dataStore: "transactions", path: "holdout" },
      ],
      outputs: [{ name: "report" }],
    },
    {
      name: "register",
      kind: "register",
      image: `trainer@${DIGEST}`,
      inputs: [{ name: "model", step: "train", output: "model" }],
      dependsOn: ["evaluate"],
    },
  ],
};

/** A pipeline without a schedule that reads the workspace's own database as itself. */
export const ON_DEMAND: PipelineArgs = {
  name: "report",
  steps: [
    {
      name: "query",
      kind: "processing",
      image: `base/python/slim@${DIGEST}`,
      inputs: [],
      outputs: [{ name: "report", dataStore: "features", path: "reports" }],
      databases: ["results"],
    },
  ],
};

/** A full spec of one cloud with everything that training needs, and what `overrides` replaces. */
export function withTraining(cloud: Cloud, overrides: Partial<WorkspaceArgs> = {}): WorkspaceArgs {
  return specFor(cloud, {
    dataStores: [
      { name: "transactions", access: "read" },
      { name: "features", access: "read-write" },
    ],
    images: [
      { name: "prepare" },
      { name: "trainer", severityLimit: "low" },
      { name: "base", mirrorOf: cloud === "azure" ? "mcr.microsoft.com" : "public.ecr.aws" },
    ],
    secrets: [{ name: "warehouse-password" }, { name: "unused-token", rotationDays: 30 }],
    parameters: [{ name: "sample-rate", value: "0.25" }],
    databases: [{ name: "warehouse", existing: WAREHOUSE[cloud] }, { name: "results" }],
    training: { cluster: { maxNodes: 2 }, pipelines: [NIGHTLY, ON_DEMAND] },
    acceptedGaps: cloud === "gcp" ? ["vertex-jobs-internet"] : [],
    ...overrides,
  });
}
