import assert from "node:assert/strict";
import { parseAzureWorkspace } from "../../components/azure/checks.ts";
import { gapsOf } from "../../components/azure/gaps.ts";
import { createProvider, PrivateTrainingCluster, TrainingPipeline } from "../../components/azure/index.ts";
import { planPipelines, type StepPlan } from "../../components/pipelines.ts";
import { InvalidInputError } from "../../components/problems.ts";
import { parseWorkspace } from "../../components/spec.ts";
import { Access, azureOutputs, GROUP, type Inputs, inputsOf, recordAzure, SUBSCRIPTION } from "./azure.ts";
import { ofType, only, type Registration, record, specFor } from "./record.ts";
import { NIGHTLY, withTraining } from "./training-specs.ts";

const STORAGE = "Microsoft.Storage/storageAccounts";
const BLOBS = `${STORAGE}/blobServices/containers/blobs`;
const ML = "Microsoft.MachineLearningServices/workspaces";
const REGISTRY = "Microsoft.ContainerRegistry/registries";
const GET_SECRET = "Microsoft.KeyVault/vaults/secrets/getSecret/action";
const READ_PARAMETER = "Microsoft.AppConfiguration/configurationStores/keyValues/read";
const ANA = "0a0a0a0a-0000-4000-8000-000000000001";
const OPERATORS = "0a0a0a0a-0000-4000-8000-000000000003";
const WORKSPACE = `${GROUP}/providers/${ML}/fraud-ml-prod`;
const WAREHOUSE = `/subscriptions/${SUBSCRIPTION}/resourceGroups/bank/providers/Microsoft.DBforPostgreSQL/flexibleServers/example-warehouse`;

const spec = withTraining("azure");
const steps = planPipelines(parseWorkspace(spec)).flatMap((pipeline) => pipeline.steps);

/** Object id of a step's identity in the recording. */
function principalOf({ pipeline, spec: { name } }: Pick<StepPlan, "pipeline"> & { spec: { name: string } }): string {
  return `fraud-ml-pipeline-${pipeline}-${name}-identity-identity-principal`;
}

describe("training on Azure", function () {
  this.timeout(60_000);
  let all: Registration[];
  let access: Access;
  before(async () => {
    all = await recordAzure(spec);
    access = new Access(all);
  });

  const vaultOf = (name: string) => {
    const { vaultName } = only(all, "azure-native:keyvault:Vault", name).inputs;
    return `${GROUP}/providers/Microsoft.KeyVault/vaults/${vaultName}`;
  };
  const secretOf = (secret: string) => `${vaultOf("fraud-ml-step-secrets")}/secrets/${secret}`;
  const storeId = () => {
    const { configStoreName } = only(all, "azure-native:appconfiguration:ConfigurationStore").inputs;
    return `${GROUP}/providers/Microsoft.AppConfiguration/configurationStores/${configStoreName}`;
  };
  const containerOf = (store: string) => {
    const { accountName, containerName } = only(
      all,
      "azure-native:storage:BlobContainer",
      `fraud-ml-data-${store}-container`,
    ).inputs;
    return `${GROUP}/providers/${STORAGE}/${accountName}/blobServices/default/containers/${containerName}`;
  };
  const accountOf = (store: string) => containerOf(store).split("/blobServices/")[0]!;
  const registryId = () => {
    const { registryName } = only(all, "azure-native:containerregistry:Registry").inputs;
    return `${GROUP}/providers/${REGISTRY}/${registryName}`;
  };

  describe("the identity of a step", () => {
    it("reads the secrets that the step names and no other, and sets none", () => {
      for (const step of steps) {
        for (const secret of ["warehouse-password", "unused-token"]) {
          const expected = step.spec.secrets.includes(secret);
          assert.equal(
            access.can(principalOf(step), GET_SECRET, secretOf(secret)),
            expected,
            `${step.identity} ${secret}`,
          );
          const set = "Microsoft.KeyVault/vaults/secrets/setSecret/action";
          assert.ok(!access.can(principalOf(step), set, secretOf(secret)), step.identity);
        }
        for (const vault of ["fraud-ml-secrets", "fraud-ml-keys", "fraud-ml-metadata"]) {
          assert.ok(!access.can(principalOf(step), GET_SECRET, `${vaultOf(vault)}/secrets/any`), step.identity);
        }
      }
      const readers = steps.filter((step) => access.can(principalOf(step), GET_SECRET, secretOf("warehouse-password")));
      assert.deepEqual(
        readers.map(({ identity }) => identity),
        ["nightly-prepare"],
      );
    });

    it("reads its inputs and writes its outputs, folder by folder", () => {
      const can = (step: string, use: string, store: string, path: string) => {
        const plan = steps.find(({ identity }) => identity === step)!;
        return access.can(principalOf(plan), `${BLOBS}/${use}`, containerOf(store), { path });
      };
      const run = "pipelines/nightly";
      for (const [step, use, store, path, expected] of [
        ["nightly-prepare", "read", "transactions", "daily/a.csv", true],
        ["nightly-prepare", "read", "transactions", "daily-secret/a.csv", false],
        ["nightly-prepare", "read", "transactions", "holdout/a.csv", false],
        ["nightly-prepare", "write", "transactions", "daily/a.csv", false],
        ["nightly-prepare", "write", "features", `${run}/prepare/features/1/a`, true],
        ["nightly-prepare", "write", "features", "elsewhere/a", false],
        ["nightly-prepare", "delete", "features", "elsewhere/a", false],
        ["nightly-prepare", "read", "features", "elsewhere/a", false],
        ["nightly-prepare", "write", "models", `${run}/train/model/1/a`, false],
        ["nightly-train", "read", "features", `${run}/prepare/features/1/a`, true],
        ["nightly-train", "write", "features", `${run}/prepare/features/1/a`, false],
        ["nightly-train", "read", "transactions", "daily/a.csv", false],
        ["nightly-train", "write", "models", `${run}/train/model/1/a`, true],
        ["nightly-train", "write", "models", `${run}/evaluate/report/1/a`, false],
        ["nightly-evaluate", "read", "transactions", "holdout/a.csv", true],
        ["nightly-evaluate", "read", "models", `${run}/train/model/1/a`, true],
        ["nightly-evaluate", "write", "models", `${run}/train/model/1/a`, false],
        ["nightly-register", "read", "models", `${run}/train/model/1/a`, true],
        ["nightly-register", "write", "models", `${run}/train/model/1/a`, false],
        ["nightly-register", "write", "models", `${run}/register/registered/1/a`, true],
        ["nightly-train", "write", "models", `${run}/register/registered/1/a`, false],
        ["report-query", "read", "features", `${run}/prepare/features/1/a`, false],
        ["report-query", "write", "features", "reports/1/a", true],
      ] as const) {
        assert.equal(can(step, use, store, path), expected, `${step} ${use} ${store} ${path}`);
      }
    });

    it("lists its own folders and no other", () => {
      const lists = (identity: string, store: string, prefix: string) => {
        const plan = steps.find((step) => step.identity === identity)!;
        return access.can(principalOf(plan), `${BLOBS}/read`, containerOf(store), { prefix });
      };
      assert.ok(lists("nightly-prepare", "transactions", "daily/"));
      assert.ok(!lists("nightly-prepare", "transactions", ""));
      assert.ok(!lists("nightly-prepare", "transactions", "holdout/"));
      assert.ok(!lists("nightly-train", "models", "pipelines/nightly/evaluate/"));
    });

    it("writes its logs into Azure ML's own containers, and nothing else of that account", () => {
      const other = `${accountOf("models")}/blobServices/default/containers`;
      for (const step of steps) {
        const write = (container: string) =>
          access.can(principalOf(step), `${BLOBS}/write`, `${other}/${container}`, { path: "ExperimentRun/a" });
        assert.ok(write("azureml"), step.identity);
        assert.ok(!write("models"), step.identity);
        assert.ok(!write("insights-logs"), step.identity);
        const store = `${accountOf("features")}/blobServices/default/containers/azureml`;
        assert.ok(!access.can(principalOf(step), `${BLOBS}/write`, store, { path: "a" }), step.identity);
      }
    });

    it("reads the parameter store only where the step names a parameter", () => {
      const readers = steps.filter((step) => access.can(principalOf(step), READ_PARAMETER, storeId()));
      assert.deepEqual(
        readers.map(({ identity }) => identity),
        ["nightly-prepare"],
      );
    });

    it("pulls from the workspace's registry and no other, and pushes nothing", () => {
      const other = `/subscriptions/${SUBSCRIPTION}/resourceGroups/other/providers/${REGISTRY}/other`;
      for (const step of steps) {
        assert.ok(access.can(principalOf(step), `${REGISTRY}/pull/read`, registryId()));
        assert.ok(!access.can(principalOf(step), `${REGISTRY}/pull/read`, other));
        assert.ok(!access.can(principalOf(step), `${REGISTRY}/push/write`, registryId()));
      }
    });

    it("may do nothing to the workspace, its keys or its roles", () => {
      for (const step of steps) {
        for (const action of ["jobs/write", "schedules/trigger/action", "computes/write", "models/versions/write"]) {
          assert.ok(!access.can(principalOf(step), `${ML}/${action}`, WORKSPACE), `${step.identity} ${action}`);
        }
        for (const action of ["Microsoft.Authorization/roleAssignments/write", `${STORAGE}/listKeys/action`]) {
          assert.ok(!access.can(principalOf(step), action, accountOf("models")), `${step.identity} ${action}`);
        }
      }
    });

    it("belongs to one cluster, and each cluster to one step", () => {
      const clusters = ofType(all, "azure-native:machinelearningservices:Compute").filter(({ name }) =>
        name.startsWith("fraud-ml-pipeline-"),
      );
      assert.equal(clusters.length, steps.length + 2, "a cluster for each step, and for the gate of each pipeline");
      const identities = clusters.map(({ inputs }) => (inputs as Inputs).identity.userAssignedIdentities);
      for (const identity of identities) assert.equal(identity.length, 1);
      assert.equal(new Set(identities.flat()).size, clusters.length);
      for (const { name, inputs } of clusters) {
        const { disableLocalAuth, properties } = (inputs as Inputs).properties;
        assert.equal(disableLocalAuth, true, name);
        assert.equal(properties.enableNodePublicIp, false, name);
        assert.equal(properties.remoteLoginPortPublicAccess, "Disabled", name);
        assert.equal(properties.scaleSettings.minNodeCount, 0, name);
        assert.equal(properties.subnet, undefined, `${name} is not in the managed network`);
        assert.equal(properties.scaleSettings.nodeIdleTimeBeforeScaleDown, "PT2M", name);
      }
    });

    it("is what the step's job runs as: the job names the step's cluster and that cluster's identity", () => {
      for (const pipeline of ["nightly", "report"]) {
        const { action } = (
          only(all, "azure-native:machinelearningservices:Schedule", `fraud-ml-pipeline-${pipeline}-schedule`)
            .inputs as Inputs
        ).properties;
        for (const [job, { computeId, identity }] of Object.entries<Inputs>(action.jobDefinition.jobs)) {
          const step = job.replaceAll("_", "-");
          const cluster = only(
            all,
            "azure-native:machinelearningservices:Compute",
            `fraud-ml-pipeline-${pipeline}-${step}-cluster`,
          ).inputs as Inputs;
          assert.equal(computeId, `${WORKSPACE}/computes/${cluster.computeName}`);
          assert.equal(identity.identity_type, "Managed");
          assert.match(cluster.identity.userAssignedIdentities[0], new RegExp(`-${pipeline}-${step}$`));
        }
      }
    });
  });

  describe("the gate's identity", () => {
    const gate = "fraud-ml-pipeline-nightly-image-gate-identity-identity-principal";
    it("reads what Defender found, and neither data nor secrets", () => {
      assert.ok(access.can(gate, "Microsoft.Security/assessments/read", registryId()));
      assert.ok(!access.can(gate, "Microsoft.Security/assessments/write", registryId()));
      assert.ok(!access.can(gate, GET_SECRET, secretOf("warehouse-password")));
      for (const store of ["transactions", "features", "models"]) {
        assert.ok(!access.can(gate, `${BLOBS}/read`, containerOf(store), { path: "daily/a" }), store);
      }
    });
  });

  describe("a data scientist", () => {
    const schedule = (pipeline: string) => `${WORKSPACE}/schedules/${pipeline}`;

    it("starts the pipelines of the spec", () => {
      for (const pipeline of ["nightly", "report"]) {
        assert.ok(access.can(ANA, `${ML}/schedules/trigger/action`, schedule(pipeline)), pipeline);
      }
      assert.ok(!access.can(ANA, `${ML}/schedules/trigger/action`, schedule("other")));
    });

    it("runs nothing else: no job, endpoint, schedule, component, image or cluster of one's own", () => {
      for (const action of [
        "jobs/write",
        "experiments/runs/submit/action",
        "endpoints/pipelines/write",
        "batchEndpoints/write",
        "onlineEndpoints/write",
        "schedules/write",
        "components/versions/write",
        "environments/versions/write",
        "environments/build/action",
        "computes/write",
        "datastores/write",
        "outboundRules/write",
        "models/versions/write",
        "write",
      ]) {
        for (const scope of [WORKSPACE, schedule("nightly"), GROUP]) {
          assert.ok(!access.can(ANA, `${ML}/${action}`, scope), action);
        }
      }
      assert.ok(!access.can(ANA, "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action", GROUP));
    });

    it("reads no secret, and no data of the stores", () => {
      assert.ok(!access.can(ANA, GET_SECRET, secretOf("warehouse-password")));
      assert.ok(!access.can(ANA, `${BLOBS}/read`, containerOf("transactions"), { path: "daily/a" }));
    });

    it("changes nothing that a pipeline wrote, from a notebook or by hand, and reads it", () => {
      const notebook = "fraud-ml-identity-explore-identity-principal";
      for (const principal of [ANA, notebook]) {
        const can = (use: string, path: string) =>
          access.can(principal, `${BLOBS}/${use}`, containerOf("models"), { path });
        for (const use of ["write", "add/action", "delete", "move/action"]) {
          assert.ok(!can(use, "pipelines/nightly/train/model/1/a"), `${principal} ${use}`);
          assert.ok(can(use, "experiments/a"), `${principal} ${use}`);
        }
        assert.ok(can("read", "pipelines/nightly/train/model/1/a"), principal);
      }
    });

    it("submits jobs where there is no pipeline whose cluster could be taken", async () => {
      const without = new Access(await recordAzure());
      assert.ok(without.can(ANA, `${ML}/jobs/write`, WORKSPACE));
      assert.ok(!without.can(ANA, `${ML}/schedules/trigger/action`, schedule("nightly")));
    });
  });

  it("lets operators set secrets and see none, and read no data", () => {
    const set = "Microsoft.KeyVault/vaults/secrets/setSecret/action";
    assert.ok(access.can(OPERATORS, set, secretOf("warehouse-password")));
    for (const use of ["getSecret/action", "readMetadata/action", "delete", "purge/action"]) {
      assert.ok(
        !access.can(OPERATORS, `Microsoft.KeyVault/vaults/secrets/${use}`, secretOf("warehouse-password")),
        use,
      );
    }
    assert.ok(!access.can(OPERATORS, set, `${vaultOf("fraud-ml-secrets")}/secrets/any`));
    assert.ok(!access.can(OPERATORS, READ_PARAMETER, storeId()));
  });

  it("keeps every secret's value out of the program: a disabled placeholder that Pulumi never sets again", () => {
    const secrets = inputsOf(all, "azure-native:keyvault:Secret");
    assert.deepEqual(
      secrets.map(({ secretName }) => secretName),
      ["warehouse-password", "unused-token"],
    );
    for (const { properties } of secrets) {
      assert.equal(properties.value, "an operator sets this");
      assert.equal(properties.attributes.enabled, false);
    }
  });

  describe("what a job can reach", () => {
    const rulesOf = (registrations: Registration[]) =>
      Object.entries<Inputs>(
        (only(registrations, "azure-native:machinelearningservices:Workspace").inputs as Inputs).managedNetwork
          .outboundRules,
      );
    const endpointsOf = (registrations: Registration[]) =>
      rulesOf(registrations)
        .filter(([, { type }]) => type === "PrivateEndpoint")
        .map(
          ([, { destination }]) =>
            `${String(destination.serviceResourceId).split("/").at(-1)}/${destination.subresourceTarget}`,
        )
        .sort();

    it("is a private endpoint of each store, secret vault, parameter store and database, and no host", () => {
      const { managedNetwork } = only(all, "azure-native:machinelearningservices:Workspace").inputs as Inputs;
      assert.equal(managedNetwork.isolationMode, "AllowOnlyApprovedOutbound");
      assert.deepEqual([...new Set(rulesOf(all).map(([, { type }]) => type))], ["PrivateEndpoint"]);
      const nameOf = (id: string) => id.split("/").at(-1)!;
      const database = String(only(all, "azure-native:dbforpostgresql:Server").inputs.serverName);
      assert.deepEqual(
        endpointsOf(all),
        [
          ...["blob", "dfs"].map((group) => `${nameOf(accountOf("transactions"))}/${group}`),
          ...["blob", "dfs"].map((group) => `${nameOf(accountOf("features"))}/${group}`),
          ...["queue", "table"].map((group) => `${nameOf(accountOf("models"))}/${group}`),
          `${nameOf(vaultOf("fraud-ml-step-secrets"))}/vault`,
          `${nameOf(storeId())}/configurationStores`,
          `${database}/postgresqlServer`,
          "example-warehouse/postgresqlServer",
        ].sort(),
      );
    });

    it("is PyPI by two hosts with egress packages, and nothing more", async () => {
      const training = {
        pipelines: [
          { ...NIGHTLY, steps: NIGHTLY.steps.map((step) => ({ ...step, packages: step.kind !== "register" })) },
        ],
      };
      const registrations = await recordAzure({
        ...spec,
        training: { cluster: { maxNodes: 2 }, ...training },
        network: { cidr: "10.20.0.0/20", egress: "packages" },
      });
      const hosts = rulesOf(registrations).flatMap(([, { type, destination }]) =>
        type === "FQDN" ? [destination] : [],
      );
      assert.deepEqual(hosts.sort(), ["files.pythonhosted.org", "pypi.org"]);
      assert.deepEqual(endpointsOf(registrations), endpointsOf(all));
    });

    it("is named by its host where only a private link service leads to a database", async () => {
      const id = `/subscriptions/${SUBSCRIPTION}/resourceGroups/bank/providers/Microsoft.Network/privateLinkServices/warehouse`;
      const databases = [{ name: "warehouse", existing: { id, host: "warehouse.example.com" } }, { name: "results" }];
      const rules = Object.fromEntries(rulesOf(await recordAzure({ ...spec, databases })));
      assert.deepEqual(rules["database-warehouse"]!.fqdns, ["warehouse.example.com"]);
      assert.equal(rules["database-warehouse"]!.destination.serviceResourceId, id);
    });

    it("is approved by Azure ML's identity, resource by resource", () => {
      const identity = "fraud-ml-workspace-identity-principal";
      const approve = "Microsoft.AppConfiguration/configurationStores/privateEndpointConnectionsApproval/action";
      assert.ok(access.can(identity, approve, storeId()));
      assert.ok(
        access.can(
          identity,
          "Microsoft.KeyVault/vaults/privateEndpointConnections/write",
          vaultOf("fraud-ml-step-secrets"),
        ),
      );
      const connect = inputsOf(all, "azure-native:authorization:RoleAssignment").filter(
        ({ scope }) => scope === WAREHOUSE,
      );
      assert.equal(connect.length, 1);
      assert.ok(!access.can(identity, GET_SECRET, secretOf("warehouse-password")), "Azure ML reads no step's secret");
    });
  });

  it("creates a database that is private, encrypted, kept, and entered with identities alone", () => {
    const server = only(all, "azure-native:dbforpostgresql:Server").inputs as Inputs;
    assert.deepEqual(server.network, { publicNetworkAccess: "Disabled" });
    assert.equal(server.authConfig.passwordAuth, "Disabled");
    assert.equal(server.authConfig.activeDirectoryAuth, "Enabled");
    assert.equal(server.administratorLogin, undefined);
    assert.equal(server.dataEncryption.type, "AzureKeyVault");
    assert.match(server.dataEncryption.primaryKeyURI, /\/keys\/databases$/);
    assert.deepEqual(server.backup, { backupRetentionDays: 14, geoRedundantBackup: "Disabled" });
    const [lock] = inputsOf(all, "azure-native:authorization:ManagementLockByScope");
    assert.match(lock!.scope, new RegExp(`/flexibleServers/${server.serverName}$`));
    assert.equal(lock!.level, "CanNotDelete");
    const parameters = inputsOf(all, "azure-native:dbforpostgresql:Configuration");
    const tls = parameters.find(({ configurationName }) => configurationName === "require_secure_transport");
    assert.equal(tls!.value, "on");
    const [administrator] = inputsOf(all, "azure-native:dbforpostgresql:AdministratorsMicrosoftEntra");
    assert.equal(administrator!.objectId, OPERATORS);
  });

  it("mirrors public registries, and the image of the gate", () => {
    const rules = inputsOf(all, "azure-native:containerregistry:CacheRule");
    assert.deepEqual(
      rules.map(({ sourceRepository, targetRepository }) => `${sourceRepository} → ${targetRepository}`),
      ["mcr.microsoft.com/* → base/*", "mcr.microsoft.com/azurelinux/base/python → ml__gate"],
    );
    const { encryption, policies } = only(all, "azure-native:containerregistry:Registry").inputs as Inputs;
    assert.match(encryption.keyVaultProperties.keyIdentifier, /\/keys\/images$/);
    assert.equal(policies.retentionPolicy.days, 90);
  });

  it("knows every document, scope and condition in a preview", async () => {
    const preview = await recordAzure(spec, { preview: true });
    const documents = (registrations: Registration[]) => ({
      components: ofType(registrations, "azure-native:machinelearningservices:ComponentVersion").map(({ inputs }) => [
        inputs.name,
        inputs.version,
        (inputs as Inputs).properties.componentSpec,
      ]),
      jobs: inputsOf(registrations, "azure-native:machinelearningservices:Schedule").map(
        ({ properties }) => properties,
      ),
      grants: inputsOf(registrations, "azure-native:authorization:RoleAssignment").map(
        ({ scope, roleDefinitionId, condition }) => [scope, roleDefinitionId, condition],
      ),
    });
    assert.deepEqual(documents(preview), documents(all));
  });

  it("runs at the schedule's time, and on demand only without one", () => {
    const trigger = (pipeline: string) =>
      (
        only(all, "azure-native:machinelearningservices:Schedule", `fraud-ml-pipeline-${pipeline}-schedule`)
          .inputs as Inputs
      ).properties.trigger;
    assert.deepEqual(trigger("nightly"), { triggerType: "Cron", expression: "30 2 * * 1-5", timeZone: "UTC" });
    assert.ok(trigger("report").startTime > "2099");
  });
});

describe("what Azure refuses of training", () => {
  const problemsOf = (changes: object): string[] => {
    try {
      parseAzureWorkspace({ ...spec, ...changes });
      return [];
    } catch (error) {
      assert.ok(error instanceof InvalidInputError);
      return error.message
        .split("\n")
        .filter((line) => line.includes(": "))
        .map((line) => line.trim().replace(/^- /, ""));
    }
  };
  const nightly = (changes: object) => ({
    training: { cluster: { maxNodes: 2 }, pipelines: [{ ...NIGHTLY, ...changes }] },
  });
  for (const [title, changes, path] of [
    [
      "an accelerator that Azure lacks",
      { training: { ...spec.training, cluster: { maxNodes: 2, accelerator: "l4" } } },
      "training.cluster.accelerator",
    ],
    [
      "a registry that wants a password",
      { images: [...spec.images!.slice(0, 2), { name: "base", mirrorOf: "docker.io" }] },
      "images[2].mirrorOf",
    ],
    ["a day of the month", nightly({ schedule: "0 2 1 * *" }), "training.pipelines[0].schedule"],
    ["a month", nightly({ schedule: "0 2 * 6 *" }), "training.pipelines[0].schedule"],
    [
      "a machine type of another cloud",
      { training: { ...spec.training, cluster: { maxNodes: 2, machineType: "ml.m5.large" } } },
      "training.cluster.machineType",
    ],
    [
      "a database that takes no private endpoint",
      {
        databases: [
          {
            name: "warehouse",
            existing: { id: `${GROUP}/providers/Microsoft.Compute/virtualMachines/db`, host: "db.example.com" },
          },
          { name: "results" },
        ],
      },
      "databases[0].existing.id",
    ],
    [
      "a private link service without a host name",
      {
        databases: [
          { name: "warehouse", existing: { id: `${GROUP}/providers/Microsoft.Network/privateLinkServices/db` } },
          { name: "results" },
        ],
      },
      "databases[0].existing.host",
    ],
  ] as const) {
    it(title, () => {
      const problems = problemsOf(changes);
      assert.ok(
        problems.some((problem) => problem.includes(`${path}:`)),
        problems.join("\n") || "nothing was refused",
      );
    });
  }

  it("nothing of a spec that suits it", () => assert.deepEqual(problemsOf({}), []));

  it("and says what differs", () => {
    const gaps = gapsOf(parseWorkspace(spec)).map(({ path, message }) => `${path}: ${message}`);
    for (const pattern of [
      /^images: .*Defender for Containers/,
      /^images: .*permissions by repository/,
      /^secrets: .*rotation-days/,
      /^parameters: .*whole stores/,
      /^databases: .*pgaadauth_create_principal/,
      /^training\.pipelines: .*does not try a failed step again/,
      /^training\.pipelines: .*does not encrypt .*\(nightly\/train\)/,
      /^training\.pipelines: .*program start .*nightly\/evaluate, report\/query\)/,
      /^training\.pipelines: .*no approval/,
    ]) {
      assert.ok(
        gaps.some((gap) => pattern.test(gap)),
        String(pattern),
      );
    }
    assert.ok(
      !gapsOf(parseWorkspace(specFor("azure"))).some(({ path }) => /images|secrets|databases|training/.test(path)),
    );
  });
});

describe("training components by themselves on Azure", () => {
  const group = { subscriptionId: SUBSCRIPTION, resourceGroupName: "ml", location: "westeurope" };
  const recordWith = (program: (provider: ReturnType<typeof createProvider>) => void) =>
    record(() => program(createProvider("target", specFor("azure"))), { outputs: azureOutputs });
  const pipelineArgs = {
    ...group,
    workspaceName: "existing",
    workspaceStorageId: `${GROUP}/providers/${STORAGE}/existing`,
    identityPrefix: "ml-step",
    clusterPrefix: "ml",
    registryId: `${GROUP}/providers/${REGISTRY}/existing`,
    scanReaderRole: "39bc4728-0917-49c7-9d2c-d95423bc2eb4",
    dataStores: [
      {
        name: "models",
        containerId: `${GROUP}/providers/${STORAGE}/m/blobServices/default/containers/models`,
        datastoreName: "models",
      },
    ],
    images: [{ name: "trainer", repositoryName: "team/trainer" }],
  };
  const pipeline = {
    name: "train",
    steps: [
      {
        name: "fit",
        kind: "training",
        image: `trainer@sha256:${"a".repeat(64)}`,
        command: ["python3", "fit.py"],
        outputs: [{ name: "model" }],
      },
    ],
  };

  it("makes a cluster in a subnet that exists", async () => {
    const subnetId = `${GROUP}/providers/Microsoft.Network/virtualNetworks/n/subnets/s`;
    const args = {
      ...group,
      workspaceName: "existing",
      clusterName: "train",
      identityId: "/id",
      accelerator: "h100",
      spot: true,
      subnetId,
    };
    const registrations = await recordWith((provider) => void new PrivateTrainingCluster("one", args, { provider }));
    const { properties } = (only(registrations, "azure-native:machinelearningservices:Compute").inputs as Inputs)
      .properties;
    assert.equal(properties.vmSize, "Standard_NC40ads_H100_v5");
    assert.equal(properties.vmPriority, "LowPriority");
    assert.equal(properties.subnet.id, subnetId);
  });

  it("makes a pipeline in a workspace that exists", async () => {
    const registrations = await recordWith(
      (provider) => void new TrainingPipeline("one", { ...pipelineArgs, pipeline }, { provider }),
    );
    const environment = only(
      registrations,
      "azure-native:machinelearningservices:EnvironmentVersion",
      "one-fit-environment",
    );
    assert.equal(
      (environment.inputs as Inputs).properties.image,
      `existing.azurecr.io/team/trainer@sha256:${"a".repeat(64)}`,
    );
    assert.equal(ofType(registrations, "azure-native:machinelearningservices:Schedule").length, 1);
  });

  it("refuses everything that is wrong with a pipeline at once, before anything is registered", async () => {
    const wrong = {
      ...pipeline,
      schedule: "0 0 1 * *",
      steps: pipeline.steps.map((step) => ({ ...step, secrets: ["none"] })),
    };
    await assert.rejects(
      recordWith(
        (provider) =>
          void new TrainingPipeline("one", { ...pipelineArgs, dataStores: [], pipeline: wrong }, { provider }),
      ),
      (error: Error) => {
        for (const path of ["steps[0].secrets[0]", "schedule", "dataStores"])
          assert.ok(error.message.includes(path), path);
        return true;
      },
    );
  });
});
