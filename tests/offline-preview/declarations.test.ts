/** What is read from the declarations of installed SDKs, compared with their constructors and with what is known of them. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { outputOnly, sdkKnowledge } from "../../offline-preview/sdk/declarations.ts";
import type { PropertyShape, ResourceShape, TypeShape } from "../../offline-preview/sdk/shapes.ts";
import { folder, removeFolders } from "./preview.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const knowledge = sdkKnowledge(ROOT);

function shape(type: string): ResourceShape {
  const found = knowledge.resource(type);
  assert.ok(found !== undefined, `${type} is unknown`);
  return found;
}

function nested(type: TypeShape | undefined): Record<string, PropertyShape> {
  assert.equal(type?.kind, "object");
  return type?.kind === "object" ? type.properties() : {};
}

// The second branch of a constructor, for resources that are only read, names the inputs too.
const OUTPUT = /resourceInputs\["(\w+)"\] = undefined \/\*out\*\//g;
const INPUT = /resourceInputs\["(\w+)"\] = (?!undefined \/\*out\*\/|state)/g;

function outputsOfConstructor(source: string): string[] {
  const inputs = new Set([...source.matchAll(INPUT)].map((match) => match[1]));
  const outputs = new Set([...source.matchAll(OUTPUT)].map((match) => match[1] as string));
  return [...outputs].filter((name) => !inputs.has(name)).sort();
}

// Every eighth file; all of them agree too, but take half a minute to read.
function constructors(pkg: string): [type: string, source: string][] {
  const sdk = join(ROOT, "node_modules", "@pulumi", pkg);
  const files = readdirSync(sdk, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".js"));
  const sources = files
    .sort()
    .filter((_, index) => index % 8 === 0)
    .map((file) => readFileSync(join(sdk, file), "utf8"));
  return sources.flatMap((source): [string, string][] => {
    const type = /static __pulumiType = '(.+:.+:.+)';/.exec(source)?.[1];
    return type === undefined ? [] : [[type, source]];
  });
}

function autonamed(type: string): string {
  const { inputs } = shape(type);
  return Object.keys(inputs)
    .filter((name) => inputs[name]?.autonamed)
    .join();
}

// Checked by hand against the providers: AWS and Google Cloud name by `name` or by what the documentation of an input
// promises, Azure by the last part of the path.
const AUTONAMED: Record<string, string> = {
  "aws:s3/bucket:Bucket": "bucket",
  "aws:sqs/queue:Queue": "name",
  "aws:sns/topic:Topic": "name",
  "aws:iam/role:Role": "name",
  "aws:iam/policy:Policy": "name",
  "aws:iam/user:User": "name",
  "aws:iam/instanceProfile:InstanceProfile": "name",
  "aws:rds/instance:Instance": "identifier",
  "aws:rds/cluster:Cluster": "clusterIdentifier",
  "aws:sagemaker/notebookInstance:NotebookInstance": "name",
  "aws:sagemaker/model:Model": "name",
  "aws:ec2/vpc:Vpc": "",
  "aws:ec2/subnet:Subnet": "",
  "aws:ec2/instance:Instance": "",
  "aws:ec2/securityGroup:SecurityGroup": "name",
  "aws:ec2/launchTemplate:LaunchTemplate": "name",
  "aws:lambda/function:Function": "name",
  "aws:dynamodb/table:Table": "name",
  "aws:kms/key:Key": "",
  "aws:kms/alias:Alias": "name",
  "aws:ecr/repository:Repository": "name",
  "aws:ecs/cluster:Cluster": "name",
  "aws:ecs/service:Service": "name",
  "aws:ecs/taskDefinition:TaskDefinition": "",
  "aws:eks/cluster:Cluster": "name",
  "aws:eks/nodeGroup:NodeGroup": "nodeGroupName",
  "aws:lb/loadBalancer:LoadBalancer": "name",
  "aws:lb/targetGroup:TargetGroup": "name",
  "aws:cloudwatch/logGroup:LogGroup": "name",
  "aws:secretsmanager/secret:Secret": "name",
  "aws:ssm/parameter:Parameter": "name",
  "aws:iam/rolePolicy:RolePolicy": "name",
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "",
  "aws:route53/record:Record": "",
  "aws:route53/zone:Zone": "name",
  "aws:sfn/stateMachine:StateMachine": "name",
  "aws:elasticache/cluster:Cluster": "",
  "aws:sagemaker/domain:Domain": "",
  "gcp:storage/bucket:Bucket": "name",
  "gcp:compute/network:Network": "name",
  "gcp:compute/subnetwork:Subnetwork": "name",
  "gcp:compute/instance:Instance": "name",
  "gcp:compute/firewall:Firewall": "name",
  "gcp:compute/address:Address": "name",
  "gcp:compute/router:Router": "name",
  "gcp:compute/routerNat:RouterNat": "name",
  "gcp:compute/disk:Disk": "name",
  "gcp:compute/forwardingRule:ForwardingRule": "name",
  "gcp:compute/instanceTemplate:InstanceTemplate": "name",
  "gcp:serviceaccount/account:Account": "",
  "gcp:projects/iAMMember:IAMMember": "",
  "gcp:projects/service:Service": "",
  "gcp:kms/keyRing:KeyRing": "name",
  "gcp:kms/cryptoKey:CryptoKey": "name",
  "gcp:sql/databaseInstance:DatabaseInstance": "name",
  "gcp:sql/database:Database": "name",
  "gcp:sql/user:User": "name",
  "gcp:container/cluster:Cluster": "name",
  "gcp:container/nodePool:NodePool": "name",
  "gcp:pubsub/topic:Topic": "name",
  "gcp:pubsub/subscription:Subscription": "name",
  "gcp:cloudrunv2/service:Service": "name",
  "gcp:cloudfunctionsv2/function:Function": "name",
  "gcp:bigquery/dataset:Dataset": "",
  "gcp:bigquery/table:Table": "",
  "gcp:secretmanager/secret:Secret": "",
  "gcp:dns/managedZone:ManagedZone": "name",
  "gcp:dns/recordSet:RecordSet": "",
  "gcp:artifactregistry/repository:Repository": "",
  "gcp:workbench/instance:Instance": "name",
  "gcp:redis/instance:Instance": "name",
  "gcp:logging/projectSink:ProjectSink": "name",
  "gcp:storage/bucketObject:BucketObject": "name",
  "azure-native:resources:ResourceGroup": "resourceGroupName",
  "azure-native:storage:StorageAccount": "accountName",
  "azure-native:storage:BlobContainer": "containerName",
  "azure-native:storage:BlobServiceProperties": "blobServicesName",
  "azure-native:keyvault:Vault": "vaultName",
  "azure-native:keyvault:Key": "keyName",
  "azure-native:network:VirtualNetwork": "virtualNetworkName",
  "azure-native:network:Subnet": "subnetName",
  "azure-native:network:NetworkSecurityGroup": "networkSecurityGroupName",
  "azure-native:network:PrivateEndpoint": "privateEndpointName",
  "azure-native:network:PrivateDnsZoneGroup": "privateDnsZoneGroupName",
  "azure-native:network:PublicIPAddress": "publicIpAddressName",
  "azure-native:network:LoadBalancer": "loadBalancerName",
  "azure-native:network:RouteTable": "routeTableName",
  "azure-native:network:AzureFirewall": "azureFirewallName",
  "azure-native:network:NatGateway": "natGatewayName",
  "azure-native:privatedns:PrivateZone": "privateZoneName",
  "azure-native:privatedns:VirtualNetworkLink": "virtualNetworkLinkName",
  "azure-native:authorization:RoleAssignment": "roleAssignmentName",
  "azure-native:authorization:RoleDefinition": "",
  "azure-native:authorization:PolicyAssignment": "policyAssignmentName",
  "azure-native:managedidentity:UserAssignedIdentity": "resourceName",
  "azure-native:machinelearningservices:Workspace": "workspaceName",
  "azure-native:machinelearningservices:Compute": "computeName",
  "azure-native:containerregistry:Registry": "registryName",
  "azure-native:containerservice:ManagedCluster": "resourceName",
  "azure-native:containerservice:AgentPool": "agentPoolName",
  "azure-native:compute:VirtualMachine": "vmName",
  "azure-native:compute:Disk": "diskName",
  "azure-native:web:WebApp": "name",
  "azure-native:web:AppServicePlan": "name",
  "azure-native:sql:Server": "serverName",
  "azure-native:sql:Database": "databaseName",
  "azure-native:cosmosdb:DatabaseAccount": "accountName",
  "azure-native:operationalinsights:Workspace": "workspaceName",
  "azure-native:monitor:DiagnosticSetting": "name",
  "azure-native:app:ContainerApp": "containerAppName",
  "azure-native:dbforpostgresql:Server": "serverName",
  "azure-native:servicebus:Namespace": "namespaceName",
  "azure-native:eventhub:EventHub": "eventHubName",
};

const WIDGET = `import * as pulumi from "@pulumi/pulumi";
export declare class Widget extends pulumi.CustomResource {
    static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): Widget;
    /** How; see {@link size}: it matters. */
    readonly mode: pulumi.Output<"fast" | "slow">;
    readonly "@odata.type": pulumi.Output<string | undefined>;
    readonly size: pulumi.Output<number[] | undefined>;
    constructor(name: string, args: WidgetArgs, opts?: pulumi.CustomResourceOptions);
    resize(args: Widget.ResizeArgs): pulumi.Output<Widget.ResizeResult>;
}
export interface WidgetArgs {
    mode: pulumi.Input<"fast" | "slow">;
    "@odata.type"?: pulumi.Input<string>;
}
`;

describe("offline preview: declarations of installed SDKs", () => {
  after(removeFolders);

  for (const [pkg, least] of [
    ["aws", 150],
    ["gcp", 120],
    ["azure-native", 200],
  ] as const) {
    it(`names the same outputs as the constructors of ${pkg}`, function () {
      this.timeout(60_000);
      const types = constructors(pkg);
      assert.ok(types.length > least, `only ${types.length} types were found`);
      for (const [type, source] of types) {
        assert.deepEqual(outputOnly(shape(type)).sort(), outputsOfConstructor(source), type);
      }
    });
  }

  it("reads types, and which inputs and outputs are always there", () => {
    const { inputs, outputs } = shape("aws:s3/bucketObject:BucketObject");
    assert.deepEqual(inputs.forceDestroy, { type: { kind: "boolean" }, required: false });
    assert.deepEqual(inputs.source, { type: { kind: "asset" }, required: false });
    assert.deepEqual(inputs.tags, { type: { kind: "map", values: { kind: "string" } }, required: false });
    assert.deepEqual(outputs.arn, { type: { kind: "string" }, required: true });
    assert.deepEqual(outputs.kmsKeyId?.required, true);
    assert.deepEqual(outputs.content, { type: { kind: "string" }, required: false });
    assert.equal(shape("aws:route53/record:Record").inputs.zoneId?.required, true);
    assert.deepEqual(shape("aws:ec2/vpnConnection:VpnConnection").inputs.vgwTelemetries, undefined);
  });

  it("reads enums, open where any text is taken", () => {
    const volume = shape("azure-native:storage:StorageAccount").inputs;
    assert.deepEqual(volume.accessTier?.type, {
      kind: "enum",
      values: ["Hot", "Cool", "Premium", "Cold"],
      open: false,
    });
    const version = volume.minimumTlsVersion?.type;
    assert.ok(version?.kind === "enum" && version.open && version.values.includes("TLS1_2"));
    const policy = shape("aws:alb/loadBalancer:LoadBalancer").inputs.ipAddressType?.type;
    assert.ok(policy?.kind === "enum" && policy.open);
  });

  it("reads nested types when they are asked for", () => {
    const { inputs, outputs } = shape("azure-native:storage:StorageAccount");
    const services = nested(nested(inputs.encryption?.type).services?.type);
    assert.deepEqual(nested(services.blob?.type).enabled, { type: { kind: "boolean" }, required: false });
    assert.deepEqual(nested(inputs.sku?.type).name?.required, true);
    assert.deepEqual(nested(outputs.primaryEndpoints?.type).blob, { type: { kind: "string" }, required: true });
    const rules = shape("aws:s3/bucket:Bucket").inputs.corsRules?.type;
    assert.equal(rules?.kind, "array");
    if (rules?.kind !== "array") return;
    const rule = nested(rules.items);
    assert.deepEqual(rule.allowedMethods, { type: { kind: "array", items: { kind: "string" } }, required: true });
    assert.deepEqual(rule.maxAgeSeconds, { type: { kind: "number" }, required: false });
  });

  it("reads look-ups", () => {
    const bucket = knowledge.function("aws:s3/getBucket:getBucket");
    assert.deepEqual(bucket?.args.bucket, { type: { kind: "string" }, required: true });
    assert.deepEqual(bucket?.result.arn, { type: { kind: "string" }, required: true });
    assert.deepEqual(knowledge.function("azure-native:authorization:getClientConfig")?.args, {});
    assert.ok(knowledge.function("gcp:organizations/getProject:getProject")?.result.number);
  });

  it("finds types whose file has a name of its own", () => {
    for (const type of ["aws:kendra/index:Index", "aws:datasync/s3Location:S3Location", "pulumi:providers:gcp"]) {
      assert.ok(Object.keys(shape(type).inputs).length > 0);
    }
    // What is no text goes to a provider as text.
    assert.equal(shape("pulumi:providers:aws").inputs.allowedAccountIds?.type.kind, "union");
  });

  it("knows nothing of what is not installed or was never generated", () => {
    for (const type of ["aws:s3/nothing:Nothing", "none:index:Thing", "aws:../s3/bucket:Bucket", "bucket", "a:b:c:d"]) {
      assert.equal(knowledge.resource(type), undefined, type);
      assert.equal(knowledge.function(type), undefined, type);
    }
    assert.equal(knowledge.version("none"), "");
    assert.match(knowledge.version("aws"), /^\d+\.\d+\.\d+$/);
  });

  it("finds SDKs by the package that they say they are, in a folder of their own", () => {
    const project = folder({
      "app/package.json": JSON.stringify({
        dependencies: { "@acme/pulumi-things": "1.0.0", "@pulumi/local": "file:.." },
      }),
      "app/node_modules/@acme/pulumi-things/package.json": JSON.stringify({
        name: "@acme/pulumi-things",
        version: "1.0.0",
        pulumi: { resource: true, name: "things", version: "v1.2.3" },
      }),
      "app/node_modules/@acme/pulumi-things/apps/v1/widget.d.ts": WIDGET,
      // A package with parameters is named after them, and compiled into bin/.
      "app/node_modules/@pulumi/local/package.json": JSON.stringify({
        version: "0.1.0",
        main: "bin/index.js",
        pulumi: { resource: true, name: "base", parameterization: { name: "local", version: "9.9.9" } },
      }),
      "app/node_modules/@pulumi/local/bin/widget.d.ts": WIDGET,
    });
    const local = sdkKnowledge(join(project, "app"));
    assert.equal(local.version("things"), "1.2.3");
    for (const type of ["things:apps.acme.k8s.io/v1:Widget", "local:index/widget:Widget", "local:index:Widget"]) {
      const found = local.resource(type);
      assert.ok(found, type);
      assert.deepEqual(found.inputs.mode, {
        type: { kind: "enum", values: ["fast", "slow"], open: false },
        required: true,
      });
      assert.deepEqual(found.inputs["@odata.type"], { type: { kind: "string" }, required: false });
      assert.deepEqual(outputOnly(found), ["size"]);
      assert.deepEqual(found.outputs.size, { type: { kind: "array", items: { kind: "number" } }, required: false });
    }
    assert.equal(local.resource("base:index:Widget"), undefined);
    // A custom resource of somebody whose group begins like one of Kubernetes.
    assert.equal(local.resource("things:apps.acme.io/v1:Widget"), undefined);
  });

  for (const [type, names] of Object.entries(AUTONAMED)) {
    it(`${names === "" ? "sees no automatic name for" : `sees the automatic name ${names} of`} ${type}`, () => {
      assert.equal(autonamed(type), names);
    });
  }
});
