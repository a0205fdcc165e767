import assert from "node:assert/strict";
import { DataGrant, PrivateNetwork } from "../../../components/gcp/index.ts";
import { InvalidInputError } from "../../../components/problems.ts";
import { ofType, only, type Registration, record, specFor } from "../record.ts";
import { variantSpecs } from "../specs.ts";
import { recordSpec, recordWorkspace, twoNotebooks } from "./workspace.ts";

const WORKBENCH = "gcp:workbench/instance:Instance";
const BUCKET = "gcp:storage/bucket:Bucket";
const KEY_RING = "projects/example-fraud-prod/locations/europe-west4/keyRings/fraud-ml-prod-keys";

interface GceSetup {
  machineType: string;
  acceleratorConfigs?: object[];
  vmImage: object;
  bootDisk: object;
  dataDisks: object;
  metadata: Record<string, string>;
  [key: string]: unknown;
}

describe("Google Cloud workspace", () => {
  it("names its project on everything that has a project, and uses one provider", async () => {
    const all = await recordWorkspace(twoNotebooks());
    const provider = only(all, "pulumi:providers:gcp");
    assert.equal(provider.inputs.project, "example-fraud-prod");
    assert.equal(provider.inputs.region, "europe-west4");
    assert.equal(provider.inputs.billingProject, "example-fraud-prod");
    for (const { type, name, inputs, provider: used } of all.filter((entry) => entry.type.startsWith("gcp:"))) {
      assert.match(used, /::target::/, name);
      if (inputs.project !== undefined) assert.equal(inputs.project, "example-fraud-prod", name);
      else
        assert.match(type, /bucketIAMMember|cryptoKey|serviceaccount\/iAMMember/, `${type} ${name} names no project`);
    }
  });

  it("shows the same security settings at preview as at update", async () => {
    const [preview, update] = await Promise.resolve([
      await recordWorkspace(twoNotebooks(), { preview: true }),
      await recordWorkspace(twoNotebooks()),
    ]);
    for (const type of [
      WORKBENCH,
      BUCKET,
      "gcp:kms/cryptoKey:CryptoKey",
      "gcp:vertex/aiMetadataStore:AiMetadataStore",
    ]) {
      const settings = (all: Registration[]) => ofType(all, type).map(({ name, inputs }) => ({ name, inputs }));
      assert.deepEqual(settings(preview), settings(update), type);
    }
  });

  describe("keys", () => {
    it("rotate, can be restored for 30 days, and are in software or hardware as asked", async () => {
      const soft = await recordWorkspace({ keys: { rotationDays: 180 } });
      const hard = await recordWorkspace({ keys: { hsm: true } });
      const keys = ofType(soft, "gcp:kms/cryptoKey:CryptoKey");
      assert.equal(keys.length, 4);
      for (const { inputs } of keys) {
        assert.equal(inputs.rotationPeriod, "15552000s");
        assert.equal(inputs.destroyScheduledDuration, "2592000s");
        assert.deepEqual((inputs.versionTemplate as { protectionLevel: string }).protectionLevel, "SOFTWARE");
      }
      for (const { inputs } of ofType(hard, "gcp:kms/cryptoKey:CryptoKey")) {
        assert.equal((inputs.versionTemplate as { protectionLevel: string }).protectionLevel, "HSM");
        assert.equal(inputs.rotationPeriod, "31536000s");
      }
    });

    it("encrypt what they are for, and are granted before", async () => {
      const all = await recordWorkspace({ network: { cidr: "10.20.0.0/20", egress: "packages" } });
      const key = (purpose: string) => `${KEY_RING}/cryptoKeys/${purpose}`;
      const bucket = (part: string) => only(all, BUCKET, `fraud-ml-${part}`).inputs.encryption;
      assert.deepEqual(bucket("data-features"), { defaultKmsKeyName: key("data") });
      assert.deepEqual(bucket("models"), { defaultKmsKeyName: key("models") });
      const store = only(all, "gcp:vertex/aiMetadataStore:AiMetadataStore").inputs;
      assert.deepEqual([store.name, store.encryptionSpec], ["default", { kmsKeyName: key("models") }]);
      for (const { inputs } of ofType(all, "gcp:logging/projectBucketConfig:ProjectBucketConfig")) {
        assert.deepEqual(inputs.cmekSettings, { kmsKeyName: key("logs") });
      }
      const position = (type: string, name: string) => {
        const index = all.findIndex((entry) => entry.type === type && entry.name === name);
        assert.notEqual(index, -1, `${type} ${name}`);
        return index;
      };
      const grant = (name: string) => position("gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember", `fraud-ml-key-${name}`);
      assert.ok(grant("data-storage") < position(BUCKET, "fraud-ml-data-features"));
      assert.ok(grant("models-storage") < position(BUCKET, "fraud-ml-models"));
      assert.ok(
        grant("models-aiplatform") < position("gcp:vertex/aiMetadataStore:AiMetadataStore", "fraud-ml-metadata"),
      );
      assert.ok(grant("notebooks-compute") < position(WORKBENCH, "fraud-ml-notebook-explore"));
      assert.ok(
        grant("logs-logging") < position("gcp:logging/projectBucketConfig:ProjectBucketConfig", "fraud-ml-audit-logs"),
      );
      const identity = position("gcp:projects/serviceIdentity:ServiceIdentity", "fraud-ml-services-aiplatform-agent");
      assert.ok(position("gcp:projects/service:Service", "fraud-ml-services-aiplatform") < identity);
      assert.ok(identity < grant("models-aiplatform"));
    });

    it("are granted to nobody when the project number is another project's", async () => {
      const lookups = {
        "gcp:storage/getProjectServiceAccount:getProjectServiceAccount": {
          emailAddress: "service-999999999999@gs-project-accounts.iam.gserviceaccount.com",
        },
      };
      const all = await recordWorkspace({}, { lookups });
      const granted = ofType(all, "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember").map(({ name }) => name);
      assert.deepEqual(granted, ["fraud-ml-key-models-aiplatform", "fraud-ml-key-logs-logging"]);
      for (const type of [BUCKET, WORKBENCH]) {
        assert.equal(ofType(all, type).length, 0, "nothing is encrypted with a key that nobody may use");
      }
    });
  });

  it("gives Google's agents their roles once they are known to be this project's, and before they are needed", async () => {
    const network = { cidr: "10.20.0.0/20", egress: "packages" };
    const all = await recordWorkspace({ network });
    const role = (agent: string) => `fraud-ml-services-${agent}-agent-role`;
    const granted = (name: string) => only(all, "gcp:projects/iAMMember:IAMMember", name).inputs;
    assert.deepEqual(granted(role("notebooks")), {
      project: "example-fraud-prod",
      role: "roles/notebooks.serviceAgent",
      member: "serviceAccount:service-123456789012@gcp-sa-notebooks.iam.gserviceaccount.com",
    });
    assert.equal(granted(role("artifactregistry")).role, "roles/artifactregistry.serviceAgent");
    const position = (name: string) => all.findIndex((entry) => entry.name === name);
    for (const needed of ["fraud-ml-packages", "fraud-ml-packages-notebook-explore"]) {
      assert.notEqual(position(needed), -1, needed);
      assert.ok(position(needed) < position("fraud-ml-notebook-explore"), `pip needs ${needed} at the first start`);
    }
    assert.ok(position(role("notebooks")) < position("fraud-ml-key-notebooks-compute"), "one wait is enough for both");
    const email = "service-999999999999@gcp-sa-notebooks.iam.gserviceaccount.com";
    const outputs = (_: string, name: string) => (name === "fraud-ml-services-notebooks-agent" ? { email } : {});
    const foreign = await recordWorkspace({ network }, { outputs });
    const roles = foreign.map(({ name }) => name).filter((name) => name.endsWith("-agent-role"));
    assert.deepEqual(roles, [role("artifactregistry")]);
    assert.equal(ofType(foreign, WORKBENCH).length, 0, "a notebook waits for the role of the agent that creates it");
  });

  describe("data stores", () => {
    it("are private, recoverable buckets", async () => {
      const all = await recordWorkspace({ dataStores: [{ name: "features", retentionDays: 180 }] });
      const { inputs } = only(all, BUCKET, "fraud-ml-data-features");
      assert.equal(inputs.uniformBucketLevelAccess, true);
      assert.equal(inputs.publicAccessPrevention, "enforced");
      assert.deepEqual(inputs.versioning, { enabled: true });
      assert.deepEqual(inputs.softDeletePolicy, { retentionDurationSeconds: 90 * 86400 });
      assert.equal(inputs.retentionPolicy, undefined);
      const rules = inputs.lifecycleRules as { action: { type: string }; condition: object }[];
      assert.deepEqual(rules.find(({ action }) => action.type === "Delete")?.condition, {
        daysSinceNoncurrentTime: 180,
      });
    });

    it("keep new objects immutable, for good, when asked", async () => {
      const all = await recordWorkspace({ dataStores: [{ name: "scans", immutableDays: 365, retentionDays: 1 }] });
      const { inputs } = only(all, BUCKET, "fraud-ml-data-scans");
      assert.deepEqual(inputs.retentionPolicy, { retentionPeriod: "31536000", isLocked: true });
      // Cloud Storage refuses a retention policy together with versioning.
      assert.deepEqual(inputs.versioning, { enabled: false });
      assert.deepEqual(inputs.softDeletePolicy, { retentionDurationSeconds: 7 * 86400 });
    });

    it("are not created when they exist", async () => {
      const all = await recordWorkspace({ dataStores: [{ name: "bank", existing: { id: "example-bank" } }] });
      assert.deepEqual(
        ofType(all, BUCKET).map(({ name }) => name),
        ["fraud-ml-models"],
      );
    });

    it("cannot have a name that Cloud Storage refuses", async () => {
      await assert.rejects(recordWorkspace({ team: "google-ads" }), (error: InvalidInputError) => {
        assert.ok(error instanceof InvalidInputError);
        assert.match(error.message, /team: gives the bucket name .*cannot contain "google"/);
        return true;
      });
    });
  });

  describe("notebooks", () => {
    const setupOf = (all: Registration[], name: string) =>
      only(all, WORKBENCH, `fraud-ml-notebook-${name}`).inputs.gceSetup as GceSetup;

    it("have no public way in and nothing switched on that takes data out", async () => {
      const all = await recordWorkspace();
      const { inputs } = only(all, WORKBENCH);
      const setup = setupOf(all, "explore");
      assert.equal(inputs.disableProxyAccess, true);
      assert.deepEqual(inputs.instanceOwners, ["ana@example.com"]);
      assert.equal(setup.disablePublicIp, true);
      assert.equal(setup.enableIpForwarding, false);
      assert.deepEqual(setup.networkInterfaces, [
        {
          network: "projects/example-fraud-prod/global/networks/fraud-ml-prod",
          subnet: "projects/example-fraud-prod/regions/europe-west4/subnetworks/fraud-ml-prod-workloads",
        },
      ]);
      assert.deepEqual(setup.shieldedInstanceConfig, {
        enableSecureBoot: true,
        enableVtpm: true,
        enableIntegrityMonitoring: true,
      });
      assert.deepEqual(setup.serviceAccounts, [
        { email: "fraud-ml-prod-notebook-explore@example-fraud-prod.iam.gserviceaccount.com" },
      ]);
      const { "startup-script": script, ...metadata } = setup.metadata;
      assert.deepEqual(metadata, {
        "notebook-disable-root": "true",
        "notebook-disable-downloads": "true",
        "notebook-disable-nbconvert": "true",
        "notebook-disable-terminal": "true",
        "notebook-upgrade-schedule": "00 19 * * SUN",
        "idle-timeout-seconds": "3600",
        "disable-mixer": "true",
        "block-project-ssh-keys": "true",
        "enable-oslogin": "TRUE",
        "serial-port-enable": "false",
        "serial-port-logging-enable": "false",
      });
      assert.match(script ?? "", /ForceCommand \/usr\/sbin\/nologin/);
    });

    it("have encrypted disks of the size asked for", async () => {
      const all = await recordWorkspace({ notebooks: [{ name: "explore", owner: "ana", volumeGb: 200 }] });
      const disk = { diskEncryption: "CMEK", kmsKey: `${KEY_RING}/cryptoKeys/notebooks`, diskType: "PD_BALANCED" };
      const setup = setupOf(all, "explore");
      assert.deepEqual(setup.bootDisk, { ...disk, diskSizeGb: "150" });
      assert.deepEqual(setup.dataDisks, { ...disk, diskSizeGb: "200" });
    });

    it("get the machine, accelerator and image that the spec names, spread over the zones", async () => {
      const all = await recordWorkspace({
        notebooks: [
          { name: "explore", owner: "ana" },
          { name: "small-gpu", owner: "ana", size: "gpu-small", image: "workbench-instances-v20260815" },
          { name: "large-gpu", owner: "ana", size: "gpu-large", image: "projects/p/global/images/family/own" },
          { name: "exact", owner: "ana", machineType: "g2-standard-48", image: "projects/p/global/images/own-1" },
        ],
      });
      const seen = ["explore", "small-gpu", "large-gpu", "exact"].map((name) => {
        const { machineType, acceleratorConfigs, vmImage } = setupOf(all, name);
        const { location } = only(all, WORKBENCH, `fraud-ml-notebook-${name}`).inputs;
        return { machineType, acceleratorConfigs, vmImage, location };
      });
      assert.deepEqual(seen, [
        {
          machineType: "e2-standard-4",
          acceleratorConfigs: undefined,
          vmImage: { project: "cloud-notebooks-managed", family: "workbench-instances" },
          location: "europe-west4-b",
        },
        {
          machineType: "g2-standard-8",
          acceleratorConfigs: [{ type: "NVIDIA_L4", coreCount: "1" }],
          vmImage: { project: "cloud-notebooks-managed", name: "workbench-instances-v20260815" },
          location: "europe-west4-c",
        },
        {
          machineType: "a2-highgpu-1g",
          acceleratorConfigs: [{ type: "NVIDIA_TESLA_A100", coreCount: "1" }],
          vmImage: { project: "p", family: "own" },
          location: "europe-west4-b",
        },
        {
          machineType: "g2-standard-48",
          acceleratorConfigs: [{ type: "NVIDIA_L4", coreCount: "4" }],
          vmImage: { project: "p", name: "own-1" },
          location: "europe-west4-c",
        },
      ]);
    });
  });

  describe("logs", () => {
    it("keep every read and write of data, and network logs as long as asked", async () => {
      const network = { cidr: "10.20.0.0/20", flowLogRetentionDays: 3653 };
      const all = await recordWorkspace({ network, dataClassification: "confidential" });
      const audited = ofType(all, "gcp:projects/iAMAuditConfig:IAMAuditConfig").map(({ inputs }) => inputs);
      for (const service of ["storage", "aiplatform", "notebooks", "cloudkms", "iap"]) {
        const config = audited.find((entry) => entry.service === `${service}.googleapis.com`);
        const types = ["ADMIN_READ", "DATA_READ", "DATA_WRITE"].map((logType) => ({ logType }));
        assert.deepEqual(config?.auditLogConfigs, types);
      }
      const days = (name: string) =>
        only(all, "gcp:logging/projectBucketConfig:ProjectBucketConfig", `fraud-ml-${name}`).inputs.retentionDays;
      assert.equal(days("audit-logs"), 400);
      assert.equal(days("network-logs"), 3650);
      const sink = only(all, "gcp:logging/projectSink:ProjectSink", "fraud-ml-audit-logs").inputs;
      assert.equal(sink.filter, 'logName:"cloudaudit.googleapis.com"');
      assert.match(String(sink.destination), /\/locations\/europe-west4\/buckets\/fraud-ml-prod-audit-logs$/);
    });

    it("are locked for restricted data", async () => {
      const locked = async (dataClassification: string) => {
        const all = await recordWorkspace({
          dataClassification,
          keys: { hsm: true },
          dataStores: [{ name: "scans", immutableDays: 1 }],
        });
        return ofType(all, "gcp:logging/projectBucketConfig:ProjectBucketConfig").map(({ inputs }) => inputs.locked);
      };
      assert.deepEqual(await locked("restricted"), [true, true]);
      assert.deepEqual(await locked("internal"), [false, false]);
    });
  });

  it("refuses what does not fit Google Cloud before anything is registered", async () => {
    const spec = specFor("gcp", { network: { cidr: "10.20.0.0/20", availabilityZones: ["europe-west1-b"] } });
    await assert.rejects(
      recordSpec(spec),
      /network\.availabilityZones\[0\]: "europe-west1-b" is no zone of europe-west4/,
    );
    await assert.rejects(recordSpec(specFor("aws")), /cloud: "aws" does not fit; use gcp/);
    const bad = { project: "p", region: "europe-west4", cidr: "10.0.0.0/28" };
    await assert.rejects(
      record(() => new PrivateNetwork("net", bad)),
      /cidr: "10.0.0.0\/28" does not fit/,
    );
    const grant = { bucket: "b", serviceAccountEmail: "a@p.iam.gserviceaccount.com", access: "write" };
    await assert.rejects(
      record(() => new DataGrant("grant", grant)),
      /access: "write" does not fit/,
    );
  });

  describe("names", () => {
    /** Pattern of each service's names: cloud.google.com/compute/docs/naming-resources and the services' API references. */
    const PATTERNS: [RegExp, string, RegExp][] = [
      [/^gcp:compute\/(network|subnetwork|route|firewall):/, "name", /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/],
      [/^gcp:storage\/bucket:/, "name", /^[a-z0-9][-a-z0-9]{1,61}[a-z0-9]$/],
      [/^gcp:serviceaccount\/account:/, "accountId", /^[a-z]([-a-z0-9]{4,28}[a-z0-9])$/],
      [/^gcp:projects\/iAMCustomRole:/, "roleId", /^[a-zA-Z0-9_.]{3,64}$/],
      [/^gcp:kms\/(keyRing|cryptoKey):/, "name", /^[a-zA-Z0-9_-]{1,63}$/],
      [/^gcp:workbench\/instance:/, "name", /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/],
      [/^gcp:logging\/projectBucketConfig:/, "bucketId", /^[A-Za-z0-9][-A-Za-z0-9_.]{0,99}$/],
      [/^gcp:logging\/projectSink:/, "name", /^[A-Za-z0-9][-A-Za-z0-9_.]{0,99}$/],
      [/^gcp:artifactregistry\/repository:/, "repositoryId", /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/],
      [/^gcp:dns\/policy:/, "name", /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/],
      [/^gcp:dns\/responsePolicy:/, "responsePolicyName", /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/],
      [/^gcp:dns\/responsePolicyRule:/, "ruleName", /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/],
      [/^gcp:networkservices\/gateway:/, "name", /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/],
      [/^gcp:networkservices\/gateway:/, "scope", /^[a-zA-Z][-a-zA-Z0-9]{0,63}$/],
      [
        /^gcp:networksecurity\/(gatewaySecurityPolicy|gatewaySecurityPolicyRule|urlList):/,
        "name",
        /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/,
      ],
    ];

    for (const { name, spec } of variantSpecs().filter((entry) => entry.spec.cloud === "gcp")) {
      it(`fit every service and are unique: ${name}`, async () => {
        const all = await recordSpec(spec);
        const seen = new Set<string>();
        for (const { type, name: logical, inputs } of all) {
          for (const [types, property, pattern] of PATTERNS) {
            if (!types.test(type)) continue;
            assert.match(String(inputs[property]), pattern, `${type} ${logical}`);
            if (property === "scope") continue;
            const key = `${type} ${inputs[property]} ${inputs.keyRing ?? ""}`;
            assert.ok(!seen.has(key), `${key} is taken`);
            seen.add(key);
          }
          const tags = (inputs.gceSetup as GceSetup | undefined)?.tags as string[] | undefined;
          for (const tag of tags ?? []) assert.match(tag, /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/);
        }
      });
    }
  });
});
