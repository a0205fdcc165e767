import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { CUSTOM_ROLES } from "../../components/azure/custom-roles.ts";
import { createProvider, SecureMlWorkspace } from "../../components/azure/index.ts";
import { Access, azureOutputs, GROUP, type Inputs, inputsOf, recordAzure, SUBSCRIPTION } from "./azure.ts";
import { ofType, only, type Registration, record, specFor } from "./record.ts";

const STORAGE = "Microsoft.Storage/storageAccounts";
const BLOBS = `${STORAGE}/blobServices/containers/blobs`;
const FILES = `${STORAGE}/fileServices/fileshares/files`;
const ML = "Microsoft.MachineLearningServices/workspaces";
const KEY_USE = ["read", "wrap/action", "unwrap/action"].map((use) => `Microsoft.KeyVault/vaults/keys/${use}`);

const ANA = "0a0a0a0a-0000-4000-8000-000000000001";
const BEN = "0a0a0a0a-0000-4000-8000-000000000002";
const OPERATORS = "0a0a0a0a-0000-4000-8000-000000000003";
const NOTEBOOKS = "fraud-ml-identity-explore-identity-principal";
const WORKSPACE = "fraud-ml-workspace-identity-principal";

const people = {
  dataScientists: [
    { name: "ana", azure: ANA },
    { name: "ben", azure: BEN },
  ],
  operators: [{ name: "ml-operators", kind: "group", azure: OPERATORS }],
};
const existingAccount = `/subscriptions/${SUBSCRIPTION}/resourceGroups/bank-data/providers/${STORAGE}/examplebanktransactions`;

describe("what an Azure workspace grants", function () {
  this.timeout(60_000);
  let all: Registration[];
  let access: Access;
  const containerOf = (store: string) => {
    const inputs = only(all, "azure-native:storage:BlobContainer", `fraud-ml-data-${store}-container`).inputs;
    return `${GROUP}/providers/${STORAGE}/${inputs.accountName}/blobServices/default/containers/${inputs.containerName}`;
  };
  const accountOf = (name: string) =>
    `${GROUP}/providers/${STORAGE}/${only(all, "azure-native:storage:StorageAccount", name).inputs.accountName}`;
  const mlWorkspace = `${GROUP}/providers/${ML}/fraud-ml-prod`;
  const computeOf = (notebook: string) => {
    const { inputs } = only(
      all,
      "azure-native:machinelearningservices:Compute",
      `fraud-ml-notebook-${notebook}-instance`,
    );
    return `${mlWorkspace}/computes/${inputs.computeName}`;
  };

  before(async () => {
    all = await recordAzure({
      people,
      dataStores: [
        { name: "features", access: "read-write" },
        { name: "curated", access: "read" },
        { name: "transactions", access: "read", existing: { id: existingAccount, container: "transactions" } },
      ],
      notebooks: [
        { name: "explore", owner: "ana" },
        { name: "train", owner: "ben" },
      ],
    });
    access = new Access(all);
  });

  it("lets notebooks read every listed container, and write only those that are read-write", () => {
    const existing = `${existingAccount}/blobServices/default/containers/transactions`;
    for (const container of [containerOf("features"), containerOf("curated"), existing]) {
      assert.ok(access.can(NOTEBOOKS, `${BLOBS}/read`, container), container);
    }
    assert.ok(access.can(NOTEBOOKS, `${BLOBS}/write`, containerOf("features")));
    for (const container of [containerOf("curated"), existing]) {
      for (const change of ["write", "delete", "add/action", "move/action"]) {
        assert.ok(!access.can(NOTEBOOKS, `${BLOBS}/${change}`, container), `${change} ${container}`);
      }
    }
  });

  it("keeps notebooks out of other containers and accounts", () => {
    const others = [
      `${existingAccount}/blobServices/default/containers/salaries`,
      `${accountOf("fraud-ml-data-curated-account")}/blobServices/default/containers/other`,
      accountOf("fraud-ml-logs-storage-account"),
      `/subscriptions/${SUBSCRIPTION}/resourceGroups/other/providers/${STORAGE}/other`,
    ];
    for (const other of others) {
      for (const use of ["read", "write"])
        assert.ok(!access.can(NOTEBOOKS, `${BLOBS}/${use}`, other), `${use} ${other}`);
    }
  });

  it("gives notebooks and people no key, no secret, no account key and no way to grant", () => {
    const keys = inputsOf(all, "azure-native:keyvault:Key").map(keyId);
    assert.equal(keys.length, 4);
    const forbidden = [
      `${STORAGE}/listKeys/action`,
      `${STORAGE}/write`,
      `${STORAGE}/blobServices/containers/immutabilityPolicies/write`,
      `${ML}/listKeys/action`,
      `${ML}/listStorageAccountKeys/action`,
      `${ML}/computes/listKeys/action`,
      `${ML}/computes/write`,
      `${ML}/datastores/write`,
      `${ML}/datastores/listsecrets/action`,
      `${ML}/connections/listsecrets/action`,
      `${ML}/outboundRules/write`,
      `${ML}/write`,
      `${ML}/delete`,
      `${ML}/models/versions/write`,
      "Microsoft.Network/virtualNetworks/write",
      "Microsoft.Network/networkSecurityGroups/write",
      "Microsoft.Authorization/roleAssignments/write",
      "Microsoft.Authorization/roleDefinitions/write",
      "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
    ];
    for (const principal of [NOTEBOOKS, ANA, OPERATORS]) {
      for (const key of keys)
        for (const use of KEY_USE) assert.ok(!access.can(principal, use, key), `${principal} ${use}`);
      for (const action of forbidden) {
        for (const scope of [GROUP, mlWorkspace, ...storageIds(all)]) {
          assert.ok(!access.can(principal, action, scope), `${principal} ${action} ${scope}`);
        }
      }
      for (const vault of vaultIds(all)) {
        assert.ok(!access.can(principal, "Microsoft.KeyVault/vaults/secrets/getSecret/action", vault), principal);
      }
    }
  });

  it("lets each encryption identity use its own key and no other", () => {
    const keys = inputsOf(all, "azure-native:keyvault:Key");
    for (const { keyName } of keys) {
      const principal = `fraud-ml-key-${keyName}-identity-principal`;
      for (const key of keys) {
        for (const use of KEY_USE) {
          assert.equal(
            access.can(principal, use, keyId(key)),
            key.keyName === keyName,
            `${keyName} ${use} ${key.keyName}`,
          );
        }
      }
    }
  });

  it("lets data scientists work and submit jobs, and start their own notebook only", () => {
    for (const action of [
      "jobs/write",
      "environments/readSecrets/action",
      "models/versions/read",
      "notebooks/storage/write",
      "computes/applicationaccess/action",
    ]) {
      assert.ok(access.can(ANA, `${ML}/${action}`, mlWorkspace), action);
    }
    assert.ok(access.can(ANA, `${ML}/computes/start/action`, computeOf("explore")));
    assert.ok(!access.can(ANA, `${ML}/computes/start/action`, computeOf("train")));
    assert.ok(access.can(BEN, `${ML}/computes/start/action`, computeOf("train")));
    assert.ok(access.can(ANA, `${FILES}/read`, accountOf("fraud-ml-data-models-account")));
    assert.ok(!access.can(ANA, `${BLOBS}/read`, containerOf("features")), "data is read by notebooks, not by people");
    assert.ok(!access.can(ANA, `${ML}/notebooks/storage/download/action`, mlWorkspace));
  });

  it("gives each notebook an identity of its own, which can stop that notebook only", () => {
    const stop = `${ML}/computes/stop/action`;
    assert.ok(access.can(NOTEBOOKS, stop, computeOf("explore")));
    assert.ok(!access.can(NOTEBOOKS, stop, computeOf("train")));
    assert.ok(!access.can(NOTEBOOKS, `${ML}/jobs/write`, mlWorkspace));
    const identityOf = (notebook: string) => {
      const name = `fraud-ml-notebook-${notebook}-instance`;
      const { identity } = only(all, "azure-native:machinelearningservices:Compute", name).inputs as Inputs;
      return identity.userAssignedIdentities;
    };
    assert.notDeepEqual(identityOf("explore"), identityOf("train"));
  });

  it("lets operators repair compute and keeps all data from them", () => {
    assert.ok(access.can(OPERATORS, `${ML}/computes/reimage/action`, computeOf("explore")));
    for (const account of storageIds(all)) {
      for (const use of [`${BLOBS}/read`, `${FILES}/read`]) assert.ok(!access.can(OPERATORS, use, account), account);
    }
    assert.ok(!access.can(OPERATORS, `${ML}/computes/applicationaccess/action`, computeOf("explore")));
    assert.ok(!access.can(OPERATORS, `${ML}/listNotebookAccessToken/read`, mlWorkspace));
  });

  it("gives the Azure ML workspace its own store, secrets and images, and neither data nor keys", () => {
    assert.ok(access.can(WORKSPACE, `${BLOBS}/write`, accountOf("fraud-ml-data-models-account")));
    const secrets = vaultIds(all).find((id) => id.endsWith(`/${secretVaultName(all)}`))!;
    assert.ok(access.can(WORKSPACE, "Microsoft.KeyVault/vaults/secrets/setSecret/action", secrets));
    assert.ok(access.can(WORKSPACE, `${STORAGE}/privateEndpointConnections/write`, existingAccount));
    assert.ok(!access.can(WORKSPACE, `${BLOBS}/read`, containerOf("features")));
    assert.ok(!access.can(WORKSPACE, `${STORAGE}/listKeys/action`, accountOf("fraud-ml-data-models-account")));
    assert.ok(!access.can(WORKSPACE, "Microsoft.ContainerRegistry/registries/listCredentials/action", GROUP));
    for (const key of inputsOf(all, "azure-native:keyvault:Key").map(keyId)) {
      for (const use of KEY_USE) assert.ok(!access.can(WORKSPACE, use, key));
    }
  });

  it("assigns no general role, never above the resource group, and each grant once", () => {
    const assignments = inputsOf(all, "azure-native:authorization:RoleAssignment");
    assert.ok(assignments.length > 20);
    for (const assignment of assignments) {
      assert.doesNotMatch(assignment.roleDefinitionId, /b24988ac|8e3af657|acdd72a7|18d7d88d|f58310d9|00482a5a/);
      assert.match(assignment.scope, /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+/);
      assert.ok(["User", "Group", "ServicePrincipal"].includes(assignment.principalType));
      assert.match(
        assignment.roleAssignmentName,
        /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
    }
    const names = assignments.map(({ roleAssignmentName }) => roleAssignmentName);
    assert.equal(new Set(names).size, names.length);
  });

  it("waits for the grants that are used at once, and for no other", async () => {
    const hooks: string[] = [];
    await record(
      () => {
        const monitor = pulumi.runtime.getMonitor() as unknown as Record<string, unknown>;
        monitor.registerResourceHook = (
          request: { getName(): string },
          done: (error: null, answer: object) => void,
        ) => {
          hooks.push(request.getName());
          done(null, {});
        };
        const args = specFor("azure", { people, dataStores: [{ name: "features" }] });
        new SecureMlWorkspace("fraud-ml", args, { provider: createProvider("target", args) });
      },
      { outputs: azureOutputs },
    );
    assert.deepEqual(
      hooks.sort(),
      ["flow-log-write", "images-build-context", "key-data-use", "key-logs-use", "key-models-use", "key-notebooks-use"]
        .concat("workspace-connect-data-features")
        .map((name) => `fraud-ml-${name}-propagation`),
    );
  });

  it("names roles and assignments the same every time", async () => {
    const again = await recordAzure({ people });
    const idOf = (list: Registration[], name: string) =>
      only(list, "azure-native:authorization:RoleAssignment", name).inputs.roleAssignmentName;
    assert.equal(idOf(again, "fraud-ml-person-ana-workspace"), idOf(all, "fraud-ml-person-ana-workspace"));
    const other = await recordAzure({ people, team: "health" });
    assert.notEqual(idOf(other, "fraud-ml-person-ana-workspace"), idOf(all, "fraud-ml-person-ana-workspace"));
  });

  it("writes custom roles without wildcards and for the resource group alone", () => {
    for (const [name, { actions }] of Object.entries(CUSTOM_ROLES)) {
      for (const action of actions) {
        assert.match(action, /^Microsoft\.[A-Za-z]+(\/[A-Za-z]+)+\/(read|write|delete|action)$/, name);
        assert.doesNotMatch(action, /\*|listKeys|listSecrets|roleAssignments/i, name);
      }
      assert.equal(new Set(actions).size, actions.length, name);
    }
    for (const role of inputsOf(all, "azure-native:authorization:RoleDefinition")) {
      assert.deepEqual(role.assignableScopes, [GROUP]);
    }
  });

  it("knows every scope, role and action in a preview", async () => {
    const preview = await recordAzure({ people }, { preview: true });
    for (const { name, inputs } of ofType(preview, "azure-native:authorization:RoleAssignment")) {
      assert.ok(typeof inputs.scope === "string" && inputs.scope.startsWith("/subscriptions/"), name);
      assert.match(String(inputs.roleDefinitionId), /roleDefinitions\/[0-9a-f-]{36}$/, name);
      assert.ok(inputs.roleAssignmentName, name);
    }
    for (const { inputs } of ofType(preview, "azure-native:authorization:RoleDefinition")) {
      assert.ok((inputs as Inputs).permissions[0].actions.length > 1);
    }
  });
});

function keyId({ vaultName, keyName }: Inputs): string {
  return `${GROUP}/providers/Microsoft.KeyVault/vaults/${vaultName}/keys/${keyName}`;
}

function storageIds(all: Registration[]): string[] {
  return inputsOf(all, "azure-native:storage:StorageAccount").map(
    ({ accountName }) => `${GROUP}/providers/${STORAGE}/${accountName}`,
  );
}

function vaultIds(all: Registration[]): string[] {
  return inputsOf(all, "azure-native:keyvault:Vault").map(
    ({ vaultName }) => `${GROUP}/providers/Microsoft.KeyVault/vaults/${vaultName}`,
  );
}

function secretVaultName(all: Registration[]): string {
  return String(only(all, "azure-native:keyvault:Vault", "fraud-ml-secrets").inputs.vaultName);
}
