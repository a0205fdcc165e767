import assert from "node:assert/strict";
import { firstRotation } from "../../../components/gcp/secrets.ts";
import { ofType, only, type Registration } from "../record.ts";
import { withTraining } from "../training-specs.ts";
import { recordSpec, recordWorkspace } from "./workspace.ts";

const REPOSITORY = "gcp:artifactregistry/repository:Repository";
const SECRET = "gcp:secretmanager/regionalSecret:RegionalSecret";
const KEYS = "projects/example-fraud-prod/locations/europe-west4/keyRings/fraud-ml-prod-keys/cryptoKeys";

describe("Google Cloud: images, secrets and parameters", () => {
  let all: Registration[];
  before(async () => {
    all = await recordSpec(withTraining("gcp"));
  });

  it("own images keep their tags, and are scanned, encrypted and cleaned up", () => {
    const own = only(all, REPOSITORY, "fraud-ml-image-trainer").inputs;
    assert.deepEqual(own.dockerConfig, { immutableTags: true });
    assert.deepEqual([own.mode, own.format, own.kmsKeyName], ["STANDARD_REPOSITORY", "DOCKER", `${KEYS}/images`]);
    assert.deepEqual(own.vulnerabilityScanningConfig, { enablementConfig: "INHERITED" });
    const [policy] = own.cleanupPolicies as { condition: object }[];
    assert.deepEqual(policy?.condition, { tagState: "UNTAGGED", olderThan: "7776000s" });
    assert.equal(own.cleanupPolicyDryRun, false);
  });

  it("mirrors fetch from one public registry, without a password", async () => {
    const remote = (registrations: Registration[]) =>
      only(registrations, REPOSITORY, "fraud-ml-image-base").inputs.remoteRepositoryConfig;
    assert.deepEqual(remote(all), { commonRepository: { uri: "https://public.ecr.aws" } });
    const images = [{ name: "prepare" }, { name: "trainer" }, { name: "base", mirrorOf: "docker.io" }];
    const hub = await recordSpec(withTraining("gcp", { images }));
    assert.deepEqual(remote(hub), { dockerRepository: { publicRepository: "DOCKER_HUB" } });
  });

  it("secrets have no value, a key, and a reminder in the workspace's region", () => {
    const { rotation, topics, customerManagedEncryption } = only(all, SECRET, "fraud-ml-secret-unused-token").inputs;
    assert.equal((rotation as { rotationPeriod: string }).rotationPeriod, "2592000s");
    assert.deepEqual(customerManagedEncryption, { kmsKeyName: `${KEYS}/secrets` });
    const topic = only(all, "gcp:pubsub/topic:Topic").inputs;
    assert.deepEqual(topics, [{ name: `projects/example-fraud-prod/topics/${topic.name}` }]);
    assert.equal(topic.kmsKeyName, `${KEYS}/secrets`);
    assert.deepEqual(topic.messageStoragePolicy, { allowedPersistenceRegions: ["europe-west4"] });
    assert.equal(ofType(all, "gcp:secretmanager/regionalSecretVersion:RegionalSecretVersion").length, 0);
  });

  it("the first rotation is in the future, at midnight, and the same all day", () => {
    const morning = firstRotation(30, new Date("2026-02-28T00:00:01Z"));
    assert.equal(morning, "2026-03-30T00:00:00Z");
    assert.equal(firstRotation(30, new Date("2026-02-28T23:59:59Z")), morning);
    assert.ok(new Date(firstRotation(1, new Date())) > new Date());
  });

  it("a changed value of a parameter is a new version of the same parameter", async () => {
    const version = async (value: string) => {
      const parameters = [{ name: "sample-rate", value }];
      const changed = await recordSpec(withTraining("gcp", { parameters }));
      return only(changed, "gcp:parametermanager/regionalParameterVersion:RegionalParameterVersion").inputs;
    };
    const [one, two] = [await version("0.25"), await version("0.5")];
    assert.equal(one.parameter, two.parameter);
    assert.notEqual(one.parameterVersionId, two.parameterVersionId);
    // The SDK takes every value of a parameter for a secret.
    assert.equal((two.parameterData as { value: string }).value, "0.5");
  });

  it("the APIs of everything that is used are on, and no other", async () => {
    const enabled = (registrations: Registration[]) =>
      ofType(registrations, "gcp:projects/service:Service").map(({ inputs }) => String(inputs.service).split(".")[0]);
    const always = enabled(await recordWorkspace());
    const network = { cidr: "10.20.0.0/20", perimeter: "accessPolicies/1/servicePerimeters/ml" };
    const inside = await recordSpec(withTraining("gcp", { network, acceptedGaps: [] }));
    assert.deepEqual(
      enabled(inside).filter((service) => !always.includes(service)),
      [
        "accesscontextmanager",
        "artifactregistry",
        "containeranalysis",
        "containerscanning",
        "parametermanager",
        "pubsub",
        "secretmanager",
        "sqladmin",
        "workflowexecutions",
        "workflows",
      ],
    );
  });
});
