// Ids, links and other outputs of Google Cloud resources, as the provider writes them.

import { hex } from "./fakes.ts";
import { type Form, fillForm } from "./forms.ts";
import type { GenericContext } from "./generic.ts";
import { gcpPlace } from "./places.ts";
import { type AssumedResource, seedOf, text, typeParts } from "./resource.ts";
import { collection } from "./words.ts";

const ACCOUNT_EMAIL = "{accountId}@{projectDomain}.iam.gserviceaccount.com";

// Module and class -> forms.
const FORMS: Record<string, Form> = {
  "artifactregistry/Repository": {
    id: "projects/{project}/locations/{location}/repositories/{repositoryId}",
    name: "{repositoryId}",
    registryUri: "{location}-docker.pkg.dev/{project}/{repositoryId}",
  },
  "bigquery/Dataset": {
    id: "projects/{project}/datasets/{datasetId}",
    selfLink: "https://bigquery.googleapis.com/bigquery/v2/{id}",
  },
  "bigquery/Table": {
    id: "projects/{project}/datasets/{datasetId}/tables/{tableId}",
    selfLink: "https://bigquery.googleapis.com/bigquery/v2/{id}",
  },
  "certificateauthority/Authority": {
    id: "projects/{project}/locations/{location}/caPools/{pool}/certificateAuthorities/{certificateAuthorityId}",
    name: "{id}",
  },
  "cloudfunctionsv2/Function": {
    id: "projects/{project}/locations/{location}/functions/{name}",
    url: "https://{location}-{project}.cloudfunctions.net/{name}",
  },
  "cloudrun/Service": { id: "locations/{location}/namespaces/{project}/services/{name}" },
  "cloudrunv2/Job": { id: "projects/{project}/locations/{location}/jobs/{name}", uid: "{uuid}" },
  "cloudrunv2/Service": {
    id: "projects/{project}/locations/{location}/services/{name}",
    uid: "{uuid}",
    uri: "https://{name}-{hex10}-uc.a.run.app",
  },
  "cloudscheduler/Job": { id: "projects/{project}/locations/{region}/jobs/{name}" },
  "compute/Address": { id: "projects/{project}/regions/{region}/addresses/{name}", address: "{publicIp}" },
  "compute/GlobalAddress": { id: "projects/{project}/global/addresses/{name}", address: "{publicIp}" },
  "compute/Instance": {
    id: "projects/{project}/zones/{zone}/instances/{name}",
    instanceId: "{digits19}",
    currentStatus: "RUNNING",
  },
  "compute/Network": {
    id: "projects/{project}/global/networks/{name}",
    gatewayIpv4: "",
    networkId: "{numericId}",
    numericId: "1{digits18}",
  },
  "compute/RouterNat": { id: "{project}/{region}/{router}/{name}" },
  "compute/Subnetwork": { id: "projects/{project}/regions/{region}/subnetworks/{name}", gatewayAddress: "{gateway}" },
  "container/Cluster": {
    id: "projects/{project}/locations/{location}/clusters/{name}",
    selfLink: "https://container.googleapis.com/v1/{id}",
    endpoint: "{publicIp}",
  },
  "container/NodePool": {
    id: "projects/{project}/locations/{location}/clusters/{cluster}/nodePools/{name}",
  },
  "dns/ManagedZone": { id: "projects/{project}/managedZones/{name}", managedZoneId: "1{digits18}" },
  "dns/Policy": { id: "projects/{project}/policies/{name}" },
  "dns/RecordSet": { id: "projects/{project}/managedZones/{managedZone}/rrsets/{name}/{type}" },
  "dns/ResponsePolicy": { id: "projects/{project}/responsePolicies/{responsePolicyName}" },
  "dns/ResponsePolicyRule": { id: "projects/{project}/responsePolicies/{responsePolicy}/rules/{ruleName}" },
  "filestore/Instance": { id: "projects/{project}/locations/{location}/instances/{name}" },
  "kms/CryptoKey": { id: "{keyRing}/cryptoKeys/{name}" },
  "kms/CryptoKeyVersion": { id: "{cryptoKey}/cryptoKeyVersions/1", name: "{id}", state: "ENABLED" },
  "kms/KeyRing": { id: "projects/{project}/locations/{location}/keyRings/{name}" },
  "logging/Metric": { id: "{name}" },
  "logging/ProjectBucketConfig": {
    id: "projects/{bareProject}/locations/{location}/buckets/{bucketId}",
    name: "{id}",
    lifecycleState: "ACTIVE",
  },
  "logging/ProjectSink": {
    id: "projects/{project}/sinks/{name}",
    writerIdentity: "serviceAccount:service-{number}@gcp-sa-logging.iam.gserviceaccount.com",
  },
  "monitoring/AlertPolicy": { id: "projects/{project}/alertPolicies/{digits19}", name: "{id}" },
  "monitoring/NotificationChannel": { id: "projects/{project}/notificationChannels/{digits19}", name: "{id}" },
  "networksecurity/GatewaySecurityPolicy": {
    id: "projects/{project}/locations/{location}/gatewaySecurityPolicies/{name}",
    selfLink: "https://networksecurity.googleapis.com/v1/{id}",
  },
  "networksecurity/GatewaySecurityPolicyRule": {
    id: "projects/{project}/locations/{location}/gatewaySecurityPolicies/{gatewaySecurityPolicy}/rules/{name}",
    selfLink: "https://networksecurity.googleapis.com/v1/{id}",
  },
  "networkservices/Gateway": {
    id: "projects/{project}/locations/{location}/gateways/{name}",
    selfLink: "https://networkservices.googleapis.com/v1/{id}",
  },
  "notebooks/Instance": {
    id: "projects/{project}/locations/{location}/instances/{name}",
    proxyUri: "{hex16}-dot-{region}.notebooks.googleusercontent.com",
    state: "ACTIVE",
  },
  "organizations/Folder": {
    id: "folders/{folderId}",
    name: "{id}",
    folderId: "00000{digits7}",
    lifecycleState: "ACTIVE",
  },
  "organizations/Project": { id: "projects/{projectId}", projectId: "{auto}", number: "00000{digits7}" },
  "projects/IAMCustomRole": { id: "projects/{project}/roles/{roleId}", name: "{id}" },
  "projects/Service": { id: "{project}/{service}" },
  "pubsub/Schema": { id: "projects/{project}/schemas/{name}" },
  "pubsub/Subscription": { id: "projects/{project}/subscriptions/{name}" },
  "pubsub/Topic": { id: "projects/{project}/topics/{name}" },
  "redis/Instance": { id: "projects/{project}/locations/{region}/instances/{name}", host: "{privateIp}" },
  "secretmanager/RegionalSecret": { id: "projects/{project}/locations/{location}/secrets/{secretId}", name: "{id}" },
  "secretmanager/Secret": { id: "projects/{project}/secrets/{secretId}", name: "projects/{number}/secrets/{secretId}" },
  "secretmanager/SecretVersion": { id: "{secret}/versions/1", name: "{id}", version: "1" },
  "serviceaccount/Account": {
    id: "projects/{project}/serviceAccounts/{email}",
    name: "{id}",
    accountId: "{auto}",
    email: ACCOUNT_EMAIL,
    member: "serviceAccount:{email}",
    uniqueId: "1{digits20}",
  },
  "serviceaccount/Key": { id: "{accountName}/keys/{hex40}", name: "{id}", privateKey: "", publicKey: "" },
  "spanner/Database": { id: "{instance}/{name}", state: "READY" },
  "spanner/Instance": { id: "{project}/{name}", state: "READY" },
  "sql/Database": {
    id: "projects/{project}/instances/{instance}/databases/{name}",
    selfLink: "https://sqladmin.googleapis.com/sql/v1beta4/{id}",
  },
  "sql/DatabaseInstance": {
    id: "{name}",
    selfLink: "https://sqladmin.googleapis.com/sql/v1beta4/projects/{project}/instances/{name}",
    connectionName: "{project}:{region}:{name}",
    serviceAccountEmailAddress: "p{number}-{hex6}@gcp-sa-cloud-sql.iam.gserviceaccount.com",
    firstIpAddress: "{privateIp}",
    privateIpAddress: "{privateIp}",
  },
  "storage/Bucket": {
    id: "{name}",
    url: "gs://{name}",
    selfLink: "https://www.googleapis.com/storage/v1/b/{name}",
    projectNumber: "{number}",
  },
  "storage/BucketObject": {
    id: "{bucket}-{name}",
    outputName: "{name}",
    selfLink: "https://www.googleapis.com/storage/v1/b/{bucket}/o/{encodedName}",
    mediaLink: "https://storage.googleapis.com/download/storage/v1/b/{bucket}/o/{encodedName}?generation=1&alt=media",
  },
  "vertex/AiEndpoint": { id: "projects/{project}/locations/{location}/endpoints/{name}" },
  "vertex/AiFeatureStore": { id: "projects/{project}/locations/{region}/featurestores/{name}" },
  "vertex/AiIndex": { id: "projects/{project}/locations/{region}/indexes/{digits19}", name: "{digits19}" },
  "vertex/AiIndexEndpoint": {
    id: "projects/{project}/locations/{region}/indexEndpoints/{digits19}",
    name: "{digits19}",
  },
  "vertex/AiMetadataStore": { id: "projects/{project}/locations/{region}/metadataStores/{name}" },
  "vertex/AiTensorboard": { id: "projects/{project}/locations/{region}/tensorboards/{digits19}", name: "{id}" },
  "vpcaccess/Connector": {
    id: "projects/{project}/locations/{region}/connectors/{name}",
    selfLink: "{id}",
    state: "READY",
  },
  "workbench/Instance": {
    id: "projects/{project}/locations/{location}/instances/{name}",
    proxyUri: "{hex16}-dot-{region}.notebooks.googleusercontent.com",
    creator: "offline-preview@{projectDomain}.iam.gserviceaccount.com",
    state: "ACTIVE",
  },
};

// Compute classes whose collection has another name.
const COLLECTIONS: Record<string, string> = {
  HaVpnGateway: "vpnGateways",
  ManagedSslCertificate: "sslCertificates",
  NetworkFirewallPolicy: "firewallPolicies",
  VPNGateway: "targetVpnGateways",
};

// Compute classes that are in a region or a zone; the others are global unless their name starts with Region.
const REGIONAL =
  /^(ForwardingRule|HaVpnGateway|InterconnectAttachment|NetworkAttachment|NodeTemplate|PacketMirroring|ResourcePolicy|Router|ServiceAttachment|TargetPool|VPNGateway|VPNTunnel)$/;
const ZONAL =
  /^(Autoscaler|Disk|InstanceGroup|InstanceGroupManager|NetworkEndpointGroup|NodeGroup|Reservation|StoragePool|TargetInstance)$/;

function computeForm(name: string): Form {
  const scope =
    REGIONAL.test(name) || name.startsWith("Region")
      ? "regions/{region}"
      : ZONAL.test(name)
        ? "zones/{zone}"
        : "global";
  const plural = COLLECTIONS[name] ?? collection(name.replace(/^(Region|Global)/, ""));
  return { id: `projects/{project}/${scope}/${plural}/{name}` };
}

// What grants are given on, in the order in which a type has them.
const TARGETS = [
  "bucket",
  "cryptoKeyId",
  "keyRingId",
  "serviceAccountId",
  "secretId",
  "topic",
  "subscription",
  "datasetId",
  "repository",
  "instance",
  "instanceName",
  "subnetwork",
  "name",
  "service",
  "folder",
  "orgId",
  "project",
];

function grantForm(resource: AssumedResource, name: string): Form {
  const target = TARGETS.find((input) => resource.inputs[input] !== undefined) ?? "project";
  const bucket = target === "bucket" ? "b/" : "";
  const rest = name.endsWith("Member") ? "/{role}/{member}" : name.endsWith("Binding") ? "/{role}" : "";
  return { id: `${bucket}{${target}}${rest}`, etag: "BwAAAA{hex6}=" };
}

function formOf(resource: AssumedResource): Form {
  const { module, name } = typeParts(resource.type);
  const known = FORMS[`${module}/${name}`];
  if (/IAM(Member|Binding|Policy)$/i.test(name)) return grantForm(resource, name);
  const generic = { id: `projects/{project}/locations/{location}/${collection(name)}/{name}` };
  if (module !== "compute") return known ?? generic;
  return {
    selfLink: "https://www.googleapis.com/compute/v1/{id}",
    creationTimestamp: "{time}",
    ...(known ?? computeForm(name)),
  };
}

/** Every output of the type whose form is known, and `id`. */
export function gcpValues(resource: AssumedResource, context: GenericContext): Record<string, string> {
  const place = { ...gcpPlace(resource.provider, resource.inputs) };
  const auto = `${resource.name}-${hex(seedOf(resource), 7)}`;
  const form = {
    name: "{auto}",
    project: "{project}",
    createTime: "{time}",
    updateTime: "{time}",
    ...formOf(resource),
  };
  return fillForm(form, resource, { ...place, auto, ...derivedWords(resource, place.project, auto) }, context);
}

/** Words that are an input in another writing. */
function derivedWords({ inputs }: AssumedResource, project: string, auto: string): Record<string, string> {
  const words: Record<string, string> = {
    bareProject: project,
    // A project of a domain, `example.com:name`, is written the other way round in e-mail addresses.
    projectDomain: project.split(":").reverse().join("."),
    encodedName: encodeURIComponent(text(inputs.name) ?? auto),
    gateway: gatewayOf(text(inputs.ipCidrRange)) ?? "10.0.0.1",
  };
  const account = text(inputs.serviceAccountId);
  if (account !== undefined) {
    words.accountName = account.startsWith("projects/") ? account : `projects/${project}/serviceAccounts/${account}`;
  }
  return words;
}

/** The first address of a range, which Google Cloud keeps for the gateway. */
function gatewayOf(range: string | undefined): string | undefined {
  const [, start, last] = /^(\d+\.\d+\.\d+)\.(\d+)\//.exec(range ?? "") ?? [];
  return start === undefined ? undefined : `${start}.${Number(last) + 1}`;
}
