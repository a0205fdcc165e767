// A notebook and its data the way tutorials write it. Every hole is listed in holes.json; never deploy this.
import { Repository } from "@pulumi/gcp/artifactregistry/repository.js";
import { Firewall } from "@pulumi/gcp/compute/firewall.js";
import { Network } from "@pulumi/gcp/compute/network.js";
import { Subnetwork } from "@pulumi/gcp/compute/subnetwork.js";
import { CryptoKey } from "@pulumi/gcp/kms/cryptoKey.js";
import { CryptoKeyIAMMember } from "@pulumi/gcp/kms/cryptoKeyIAMMember.js";
import { KeyRing } from "@pulumi/gcp/kms/keyRing.js";
import { Instance as LegacyNotebook } from "@pulumi/gcp/notebooks/instance.js";
import { IAMMember } from "@pulumi/gcp/projects/iammember.js";
import { Account } from "@pulumi/gcp/serviceaccount/account.js";
import { Key } from "@pulumi/gcp/serviceaccount/key.js";
import { Bucket } from "@pulumi/gcp/storage/bucket.js";
import { BucketIAMMember } from "@pulumi/gcp/storage/bucketIAMMember.js";
import { AiEndpoint } from "@pulumi/gcp/vertex/aiEndpoint.js";
import { AiFeatureOnlineStore } from "@pulumi/gcp/vertex/aiFeatureOnlineStore.js";
import { AiMetadataStore } from "@pulumi/gcp/vertex/aiMetadataStore.js";
import { Instance } from "@pulumi/gcp/workbench/instance.js";
import { interpolate } from "@pulumi/pulumi";

const project = "example-insecure";

const network = new Network("network", { autoCreateSubnetworks: true });
const subnet = new Subnetwork("subnet", { network: network.id, ipCidrRange: "10.0.0.0/16", region: "us-central1" });
new Firewall("allow-all", {
  network: network.id,
  sourceRanges: ["0.0.0.0/0"],
  allows: [{ protocol: "tcp", ports: ["22", "8888"] }],
});

const account = new Account("data-scientist", { accountId: "data-scientist" });
const member = interpolate`serviceAccount:${account.email}`;
// On purpose: a hole of holes.json.
new IAMMember("editor", { project, role: "roles/editor", member });
new IAMMember("impersonate", { project, role: "roles/iam.serviceAccountTokenCreator", member: "user:ana@example.com" });
new Key("account-key", { serviceAccountId: account.name });

const ring = new KeyRing("ring", { location: "us-central1" });
const key = new CryptoKey("key", { keyRing: ring.id });
new CryptoKeyIAMMember("key-user", {
  cryptoKeyId: key.id,
  role: "roles/cloudkms.cryptoKeyEncrypterDecrypter",
  member: "allAuthenticatedUsers",
});

const bucket = new Bucket("training-data", { location: "US", forceDestroy: true });
new BucketIAMMember("public-data", { bucket: bucket.name, role: "roles/storage.objectViewer", member: "allUsers" });
new BucketIAMMember("bucket-admin", { bucket: bucket.name, role: "roles/storage.admin", member });

new Instance("notebook", {
  location: "us-central1-a",
  gceSetup: {
    machineType: "n1-standard-4",
    networkInterfaces: [{ network: network.id, subnet: subnet.id }],
    metadata: { "serial-port-enable": "true" },
    enableIpForwarding: true,
  },
});
new LegacyNotebook("legacy-notebook", {
  location: "us-central1-a",
  machineType: "n1-standard-4",
  vmImage: { project: "deeplearning-platform-release", imageFamily: "common-cpu-notebooks" },
});

new AiMetadataStore("metadata", { name: "default", region: "us-central1" });
new Repository("images", { format: "DOCKER", repositoryId: "images", location: "us-central1" });
new AiEndpoint("endpoint", { displayName: "scorer", location: "us-central1", region: "us-central1" });
new AiFeatureOnlineStore("features", {
  region: "us-central1",
  bigtable: { autoScaling: { minNodeCount: 1, maxNodeCount: 2 } },
});
