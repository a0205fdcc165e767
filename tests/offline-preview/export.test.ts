/** What is exported for scanners: Terraform and ARM templates, with references, escaped texts and nothing dropped in silence. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../offline-preview/errors.ts";
import { toArm } from "../../offline-preview/export/arm.ts";
import { exportStacks, parseExport } from "../../offline-preview/export/export.ts";
import { AttributeMap, toHcl } from "../../offline-preview/export/hcl.ts";
import { cloudResources, type Previewed } from "../../offline-preview/export/resources.ts";
import { toTerraform } from "../../offline-preview/export/terraform.ts";
import { blockName, terraformType } from "../../offline-preview/export/terraform-types.ts";
import type { StackResult } from "../../offline-preview/report/result.ts";
import { brokenRules } from "../scanners/checkov.ts";
import { folder, preview, project, removeFolders } from "./preview.ts";

function resource(type: string, inputs: Record<string, unknown>, more: Partial<Previewed> = {}): Previewed {
  const name = more.name ?? "it";
  const urn = `urn:pulumi:s::p::${type}::${name}`;
  return { urn, type, name, custom: true, inputs, dependencies: [], propertyDependencies: {}, ...more };
}

function hcl(...resources: Previewed[]): string {
  return toHcl(toTerraform(resources).resources);
}

describe("offline preview: export to Terraform", () => {
  it("writes blocks, maps, policies and references", () => {
    const key = resource("aws:kms/key:Key", { enableKeyRotation: true });
    const bucket = resource("aws:s3/bucket:Bucket", { bucket: "data", tags: { team: "fraud" } });
    const policy = resource("aws:s3/bucketPolicy:BucketPolicy", {
      bucket: "data",
      policy: JSON.stringify({ Resource: `\${aws:PrincipalTag/team}` }),
    });
    const encryption = resource(
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
      { rules: [{ applyServerSideEncryptionByDefault: { kmsMasterKeyId: "[unknown]" } }] },
      { propertyDependencies: { rules: [key.urn] } },
    );
    assert.equal(
      hcl(key, bucket, policy, encryption),
      `resource "aws_kms_key" "it" {
  enable_key_rotation = true
}

resource "aws_s3_bucket" "it" {
  bucket = "data"
  tags = {"team":"fraud"}
}

resource "aws_s3_bucket_policy" "it" {
  bucket = "\${aws_s3_bucket.it.id}"
  policy = jsonencode({"Resource":"$\${aws:PrincipalTag/team}"})
}

resource "aws_s3_bucket_server_side_encryption_configuration" "it" {
  rule {
    apply_server_side_encryption_by_default {
      kms_master_key_id = "\${aws_kms_key.it.id}"
    }
  }
}
`,
    );
  });

  it("writes a policy that is given as an object, with the ARNs of what it is about", () => {
    const bucket = resource("aws:s3/bucket:Bucket", {});
    const inputs = { policy: { Statement: [{ Effect: "Allow", Resource: ["[unknown]"] }] } };
    const policy = resource("aws:iam/rolePolicy:RolePolicy", inputs, {
      propertyDependencies: { policy: [bucket.urn] },
    });
    assert.match(
      hcl(bucket, policy),
      /policy = jsonencode\(\{"Statement":\[\{"Effect":"Allow","Resource":\["\$\{aws_s3_bucket\.it\.arn\}"\]\}\]\}\)/,
    );
  });

  it("takes of several resources the one that a value is named after, and those of a list in turn", () => {
    const role = resource("aws:iam/role:Role", {});
    const [a, b] = ["a", "b"].map((name) => resource("aws:ec2/subnet:Subnet", {}, { name })) as [Previewed, Previewed];
    const vpcConfig = { subnetIds: ["[unknown]", "[unknown]"], roleArn: "[unknown]" };
    const propertyDependencies = { vpcConfig: [role.urn, a.urn, b.urn] };
    const text = hcl(role, a, b, resource("aws:eks/cluster:Cluster", { vpcConfig }, { propertyDependencies }));
    assert.match(text, /subnet_ids = \["\$\{aws_subnet\.a\.id\}","\$\{aws_subnet\.b\.id\}"\]/);
    assert.match(text, /role_arn = "\$\{aws_iam_role\.it\.arn\}"/);
  });

  it("declares what stands for other unknown values and for secrets", () => {
    const text = hcl(resource("aws:rds/instance:Instance", { password: "[secret]", storageEncrypted: "[unknown]" }));
    assert.match(text, /password = "\$\{var\.secret\}"\n {2}storage_encrypted = "\$\{var\.known_after_apply\}"/);
    assert.match(text, /variable "secret" \{[^}]*sensitive {3}= true/);
    assert.doesNotMatch(hcl(resource("aws:kms/key:Key", {})), /variable/);
  });

  it("lets no text of a program become code", () => {
    const evil = `"}\n\${file("/etc/passwd")} %{ if true } \${aws_kms_key.it.arn} \${var.secret} \b`;
    const text = hcl(
      resource("aws:s3/bucket:Bucket", { bucket: evil, tags: { [evil]: "x" }, 'a = 1\n}\nresource "x"': true }),
      resource("aws:kms/key:Key", {}, { name: 'k" {\n' }),
      resource('aws:x"/y:Y', {}),
    );
    const code = text.replace(/"(?:[^"\\]|\\.)*"/g, "TEXT");
    assert.doesNotMatch(text, /(?<!\$)\$\{|(?<!%)%\{|\\b/);
    assert.match(
      code,
      /^resource TEXT TEXT \{\n {2}bucket = TEXT\n {2}tags = \{TEXT:TEXT\}\n {2}\w+ = true\n\}\n\nresource TEXT TEXT \{\n\}\n$/,
    );
  });

  it("gives a label of its own to each of two resources of one name", () => {
    const twin = resource("aws:kms/key:Key", {}, { urn: "urn:pulumi:s::p::my:C$aws:kms/key:Key::it" });
    assert.match(
      hcl(resource("aws:kms/key:Key", {}), twin),
      /"aws_kms_key" "it" \{\n\}\n\nresource "aws_kms_key" "it_2"/,
    );
  });

  it("keeps a map apart from a block", () => {
    const body = { labels: new AttributeMap({ a: "b" }), log_config: { enabled: true } };
    assert.equal(
      toHcl([{ type: "t", label: "l", body }]),
      'resource "t" "l" {\n  labels = {"a":"b"}\n  log_config {\n    enabled = true\n  }\n}\n',
    );
    const inputs = { defaultArguments: { "--job-language": "python" }, command: { scriptLocation: "s3://x" } };
    assert.match(
      hcl(resource("aws:glue/job:Job", inputs)),
      /default_arguments = \{"--job-language":"python"\}\n {2}command \{\n {4}script_location = "s3:\/\/x"\n/,
    );
  });

  it("derives the names of types and blocks of any bridged package", () => {
    const types = {
      "aws:s3/bucketV2:BucketV2": "aws_s3_bucket",
      "aws:lambda/function:Function": "aws_lambda_function",
      "aws:rds/clusterInstance:ClusterInstance": "aws_rds_cluster_instance",
      "aws:rds/subnetGroup:SubnetGroup": "aws_db_subnet_group",
      "aws:ec2/managedPrefixList:ManagedPrefixList": "aws_ec2_managed_prefix_list",
      "gcp:projects/iAMMember:IAMMember": "google_project_iam_member",
      "gcp:sql/databaseInstance:DatabaseInstance": "google_sql_database_instance",
      "azure:storage/account:Account": "azurerm_storage_account",
      "azure:keyvault/keyVault:KeyVault": "azurerm_key_vault",
      "azure:appservice/linuxWebApp:LinuxWebApp": "azurerm_linux_web_app",
      "random:index/randomPassword:RandomPassword": "random_password",
      "cloudflare:index/record:Record": "cloudflare_record",
    };
    for (const [token, type] of Object.entries(types)) assert.equal(terraformType(token), type);
    for (const token of ["kubernetes:core/v1:Pod", "aws-native:s3:Bucket", "my:index:Thing"]) {
      assert.equal(terraformType(token), undefined, token);
    }
    assert.equal(blockName("aws:cloudfront/distribution:Distribution", "origins"), "origin");
    assert.equal(blockName("aws:ec2/launchTemplate:LaunchTemplate", "blockDeviceMappings"), "block_device_mappings");
    assert.equal(blockName("gcp:compute/firewall:Firewall", "allows"), "allow");
    assert.equal(blockName("gcp:workbench/instance:Instance", "gceSetup.serviceAccounts"), "service_accounts");
  });
});

const ACCOUNT = resource("azure-native:storage:StorageAccount", { accountName: "data" }, { name: "account" });

describe("offline preview: export to ARM templates", () => {
  const arm = (...resources: Previewed[]) => toArm(resources).template.resources;

  it("puts back what azure-native lifts out of properties, and its own names for them", () => {
    const inputs = { accountName: "data", location: "x", sku: { name: "s" }, enableHttpsTrafficOnly: false };
    assert.deepEqual(arm(resource("azure-native:storage:StorageAccount", { ...inputs, resourceGroupName: "g" })), [
      {
        type: "Microsoft.Storage/storageAccounts",
        apiVersion: "2024-01-01",
        name: "data",
        location: "x",
        sku: { name: "s" },
        properties: { supportsHttpsTrafficOnly: false },
      },
    ]);
    const vault = { vaultName: "v", properties: { enablePurgeProtection: true }, tags: { a: "b" } };
    const [written] = arm(resource("azure-native:keyvault/v20230701:Vault", vault));
    assert.deepEqual(written, {
      type: "Microsoft.KeyVault/vaults",
      apiVersion: "2023-07-01",
      name: "v",
      properties: { enablePurgeProtection: true },
      tags: { a: "b" },
    });
  });

  it("gives parts of network resources their properties", () => {
    const securityRules = [{ name: "ssh", access: "Allow", destinationPortRange: "22" }];
    const [group] = arm(resource("azure-native:network:NetworkSecurityGroup", { securityRules }));
    assert.deepEqual(group?.properties, {
      securityRules: [{ name: "ssh", properties: { access: "Allow", destinationPortRange: "22" } }],
    });
  });

  it("names children after their parents, and refers to what values come from", () => {
    const container = resource(
      "azure-native:storage:BlobContainer",
      { accountName: "[unknown]", containerName: "c" },
      { dependencies: [ACCOUNT.urn], propertyDependencies: { accountName: [ACCOUNT.urn] } },
    );
    const identity = resource("azure-native:managedidentity:UserAssignedIdentity", { resourceName: "me" });
    const grant = resource(
      "azure-native:authorization:RoleAssignment",
      { scope: "[unknown]", principalId: "[unknown]", roleAssignmentName: "r" },
      { propertyDependencies: { scope: [ACCOUNT.urn], principalId: [identity.urn] } },
    );
    const [, child, , role] = arm(ACCOUNT, container, identity, grant);
    assert.equal(child?.type, "Microsoft.Storage/storageAccounts/blobServices/containers");
    assert.equal(child?.name, "data/default/c");
    assert.deepEqual(child?.dependsOn, ["[resourceId('Microsoft.Storage/storageAccounts', 'data')]"]);
    assert.equal(role?.scope, "[resourceId('Microsoft.Storage/storageAccounts', 'data')]");
    const user = "resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', 'me')";
    assert.deepEqual(role?.properties, { principalId: `[reference(${user}, '2023-01-31').principalId]` });
  });

  it("ends when a report says that a name comes from itself", () => {
    const group = resource("azure-native:resources:ResourceGroup", { resourceGroupName: "[unknown]" });
    const [written] = arm({ ...group, propertyDependencies: { resourceGroupName: [group.urn] } });
    assert.equal(written?.name, "it");
  });

  it("derives the path of a type that no table has, and declares parameters for missing values", () => {
    const inputs = { profileName: "p", trafficViewName: "t", password: "[secret]", ttl: "[unknown]" };
    const { template } = toArm([resource("azure-native:trafficmanager:TrafficView", inputs)]);
    const [written] = template.resources;
    assert.deepEqual([written?.type, written?.name], ["Microsoft.Network/profiles/trafficViews", "p/t"]);
    assert.deepEqual(written?.properties, {
      password: "[parameters('secret')]",
      ttl: "[parameters('knownAfterApply')]",
    });
    assert.deepEqual(template.parameters, { knownAfterApply: { type: "string" }, secret: { type: "securestring" } });
  });

  it("lets no text of a program become an expression", () => {
    const evil = "[reference('x')]";
    const account = { ...ACCOUNT, inputs: { accountName: "it's", kind: evil, tags: { a: evil, b: "[not one" } } };
    const other = resource(
      "azure-native:web:WebApp",
      { storage: "[unknown]" },
      { propertyDependencies: { storage: [account.urn] } },
    );
    const [written, app] = arm(account, other);
    assert.deepEqual([written?.kind, written?.tags], [`[${evil}`, { a: `[${evil}`, b: "[not one" }]);
    assert.deepEqual(app?.properties, { storage: "[resourceId('Microsoft.Storage/storageAccounts', 'it''s')]" });
  });
});

const PROGRAM = `import * as aws from "@pulumi/aws";
import { Firewall } from "@pulumi/gcp/compute/firewall.js";
import { Network } from "@pulumi/gcp/compute/network.js";
import { Instance } from "@pulumi/gcp/compute/instance.js";
import { BucketIAMMember } from "@pulumi/gcp/storage/bucketIAMMember.js";
import { Bucket } from "@pulumi/gcp/storage/bucket.js";
const bucket = new aws.s3.Bucket("data", { acl: "public-read" });
new aws.s3.BucketPublicAccessBlock("data", { bucket: bucket.id, blockPublicAcls: false, blockPublicPolicy: false });
const vpc = new aws.ec2.Vpc("net", { cidrBlock: "10.0.0.0/16" });
const subnet = new aws.ec2.Subnet("net", { vpcId: vpc.id, cidrBlock: "10.0.1.0/24", mapPublicIpOnLaunch: true });
const open = new aws.ec2.SecurityGroup("open", {
  vpcId: vpc.id,
  ingress: [{ protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: ["0.0.0.0/0"] }],
});
new aws.ec2.Instance("web", {
  ami: "ami-1", instanceType: "t3.micro", subnetId: subnet.id, vpcSecurityGroupIds: [open.id],
  rootBlockDevice: { encrypted: false }, userData: "\${hostname}",
});
const key = new aws.kms.Key("key", { enableKeyRotation: false });
new aws.sqs.Queue("jobs", { tags: { a: "b" } });
new aws.sns.Topic("alerts", {});
new aws.rds.Instance("db", { instanceClass: "db.t3.micro", publiclyAccessible: true, storageEncrypted: false, password: "hunter22" });
const role = new aws.iam.Role("admin", { assumeRolePolicy: { Version: "2012-10-17", Statement: [
  { Effect: "Allow", Principal: "*", Action: "sts:AssumeRole" } ] } });
new aws.iam.RolePolicy("admin", { role: role.id, policy: { Version: "2012-10-17", Statement: [
  { Effect: "Allow", Action: "*", Resource: "*" } ] } });
new aws.lambda.Function("fn", { role: role.arn, runtime: "nodejs22.x", handler: "index.handler", kmsKeyArn: key.arn,
  environment: { variables: { TABLE: "x" } } });
new aws.dynamodb.Table("table", { attributes: [{ name: "id", type: "S" }], hashKey: "id" });

const network = new Network("net");
new Firewall("ssh", { network: network.id, sourceRanges: ["0.0.0.0/0"], allows: [{ protocol: "tcp", ports: ["22"] }] });
new Instance("vm", { machineType: "e2-micro", zone: "europe-west1-b", canIpForward: true,
  bootDisk: { initializeParams: { image: "debian-12" } },
  networkInterfaces: [{ network: network.id, accessConfigs: [{}] }] });
const store = new Bucket("store", { location: "EU" });
new BucketIAMMember("all", { bucket: store.name, role: "roles/storage.objectViewer", member: "allUsers" });
`;

const AZURE_PROGRAM = `import * as azure from "@pulumi/azure-native";
const group = new azure.resources.ResourceGroup("group", { location: "westeurope" });
const place = { resourceGroupName: group.name, location: "westeurope" };
const account = new azure.storage.StorageAccount("data", { ...place, kind: "StorageV2", sku: { name: "Standard_LRS" },
  enableHttpsTrafficOnly: false, allowBlobPublicAccess: true, minimumTlsVersion: "TLS1_0",
  networkRuleSet: { defaultAction: "Allow" } });
new azure.storage.BlobContainer("open", { resourceGroupName: group.name, accountName: account.name,
  publicAccess: "Container" });
const rule = { protocol: "Tcp", sourcePortRange: "*", sourceAddressPrefix: "*", destinationAddressPrefix: "*" };
new azure.network.NetworkSecurityGroup("world", { ...place, securityRules: [
  { ...rule, name: "ssh", priority: 100, direction: "Inbound", access: "Allow", destinationPortRange: "22" } ] });
new azure.keyvault.Vault("vault", { ...place, properties: { tenantId: "t", sku: { family: "A", name: "standard" },
  enablePurgeProtection: false } });
const vnet = new azure.network.VirtualNetwork("net", { ...place, addressSpace: { addressPrefixes: ["10.0.0.0/16"] } });
const subnet = new azure.network.Subnet("net", { resourceGroupName: group.name, virtualNetworkName: vnet.name,
  addressPrefix: "10.0.1.0/24" });
const ip = new azure.network.PublicIPAddress("ip", place);
new azure.network.NetworkInterface("nic", { ...place, enableIPForwarding: true, ipConfigurations: [
  { name: "one", subnet: { id: subnet.id }, publicIPAddress: { id: ip.id } } ] });
const server = new azure.sql.Server("sql", { ...place, administratorLogin: "me", administratorLoginPassword: "pw",
  publicNetworkAccess: "Enabled", minimalTlsVersion: "1.0" });
new azure.sql.Database("db", { resourceGroupName: group.name, serverName: server.name, location: "westeurope" });
new azure.web.WebApp("site", { ...place, httpsOnly: false, siteConfig: { minTlsVersion: "1.0", ftpsState: "AllAllowed" } });
new azure.containerregistry.Registry("images", { ...place, sku: { name: "Basic" }, adminUserEnabled: true });
`;

describe("offline preview: export of a program by somebody else", function () {
  this.timeout(180_000);
  after(removeFolders);

  async function stacksOf(program: string): Promise<StackResult[]> {
    const { report, stack } = await preview(project(program));
    assert.equal(stack.error, undefined);
    return report.stacks as unknown as StackResult[];
  }

  it("is read by Checkov as Terraform, which finds what is wrong", async () => {
    const stacks = await stacksOf(PROGRAM);
    const path = folder({});
    const { files, skipped } = exportStacks("terraform", stacks, path);
    assert.deepEqual(files, [join(path, "dev", "main.tf"), join(path, "README.md")]);
    assert.deepEqual(skipped, []);
    const text = readFileSync(join(path, "dev", "main.tf"), "utf8");
    assert.match(text, /subnet_id = "\$\{aws_subnet\.net\.id\}"\n {2}user_data = "\$\$\{hostname\}"/);
    assert.match(text, /role = "\$\{aws_iam_role\.admin\.arn\}"/);
    const found = brokenRules(join(path, "dev"), "terraform");
    for (const rule of [
      "CKV_AWS_20 aws_s3_bucket",
      "CKV_AWS_53 aws_s3_bucket_public_access_block",
      "CKV_AWS_24 aws_security_group",
      "CKV_AWS_130 aws_subnet",
      "CKV_AWS_8 aws_instance",
      "CKV_AWS_7 aws_kms_key",
      "CKV_AWS_26 aws_sns_topic",
      "CKV_AWS_27 aws_sqs_queue",
      "CKV_AWS_16 aws_db_instance",
      "CKV_AWS_17 aws_db_instance",
      "CKV_AWS_290 aws_iam_role_policy",
      "CKV_AWS_115 aws_lambda_function",
      "CKV_AWS_28 aws_dynamodb_table",
      "CKV_GCP_2 google_compute_firewall",
      "CKV_GCP_36 google_compute_instance",
      "CKV_GCP_40 google_compute_instance",
      "CKV_GCP_28 google_storage_bucket_iam_member",
      "CKV_GCP_29 google_storage_bucket",
    ]) {
      assert.ok(found.has(rule), `${rule} is not among ${[...found].join(", ")}`);
    }
    assert.ok(!found.has("CKV_AWS_173 aws_lambda_function"), "the key of the environment is a reference, and set");
  });

  it("is read by Checkov as ARM templates, which finds what is wrong", async () => {
    const path = folder({});
    const { skipped } = exportStacks("arm", await stacksOf(AZURE_PROGRAM), path);
    assert.deepEqual(skipped, []);
    const { resources } = JSON.parse(readFileSync(join(path, "dev", "template.json"), "utf8"));
    const nic = resources.find(({ type }: { type: string }) => type === "Microsoft.Network/networkInterfaces");
    assert.deepEqual(nic.properties.ipConfigurations[0], {
      name: "one",
      properties: {
        publicIPAddress: { id: "[resourceId('Microsoft.Network/publicIPAddresses', 'ip')]" },
        subnet: { id: "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'net', 'net')]" },
      },
    });
    const found = brokenRules(join(path, "dev"), "arm");
    for (const rule of [
      "CKV_AZURE_3 Microsoft.Storage/storageAccounts",
      "CKV_AZURE_35 Microsoft.Storage/storageAccounts",
      "CKV_AZURE_44 Microsoft.Storage/storageAccounts",
      "CKV_AZURE_34 Microsoft.Storage/storageAccounts/blobServices/containers",
      "CKV_AZURE_10 Microsoft.Network/networkSecurityGroups",
      "CKV_AZURE_110 Microsoft.KeyVault/vaults",
      "CKV_AZURE_113 Microsoft.Sql/servers",
      "CKV_AZURE_14 Microsoft.Web/sites",
      "CKV_AZURE_137 Microsoft.ContainerRegistry/registries",
    ]) {
      assert.ok(found.has(rule), `${rule} is not among ${[...found].join(", ")}`);
    }
  });

  it("names what a format has no words for, the same each time", async () => {
    const stacks = await stacksOf(`import * as azure from "@pulumi/azure-native";
import { Queue } from "@pulumi/aws/sqs/queue.js";
new Queue("jobs");
new azure.web.WebApp("site", { resourceGroupName: "g" });
`);
    const [first, second] = [folder({}), folder({})];
    const asTerraform = exportStacks("terraform", stacks, first);
    assert.deepEqual(
      asTerraform.skipped.map(({ type }) => type),
      ["azure-native:web:WebApp"],
    );
    assert.match(
      readFileSync(join(first, "README.md"), "utf8"),
      /- dev: dev\/main\.tf, 1 resources, 1 left out\n {2}- left out: `azure-native:web:WebApp` \(1\)/,
    );
    const asArm = exportStacks("arm", stacks, first);
    assert.deepEqual(
      asArm.skipped.map(({ type }) => type),
      ["aws:sqs/queue:Queue"],
    );
    assert.equal(cloudResources(stacks[0]!.resources).length, 2);
    exportStacks("arm", stacks, second);
    for (const name of ["README.md", "dev/template.json"]) {
      assert.equal(readFileSync(join(first, name), "utf8"), readFileSync(join(second, name), "utf8"));
    }
  });

  it("names components whose parts nobody knows, and writes nothing of other components and of providers", () => {
    const records = [
      { ...resource("awsx:ec2:Vpc", {}), custom: false, opaque: true },
      { ...resource("eks:index/cluster:Cluster", {}), custom: false, opaque: true },
      { ...resource("my:index:Component", {}), custom: false },
      resource("pulumi:providers:aws", {}),
    ] as unknown as StackResult["resources"];
    for (const { skipped } of [toTerraform(cloudResources(records)), toArm(cloudResources(records))]) {
      assert.deepEqual(
        skipped.map(({ type }) => type),
        ["awsx:ec2:Vpc", "eks:index/cluster:Cluster"],
      );
    }
    assert.deepEqual(toTerraform(cloudResources(records)).resources, []);
  });

  it("says in a sentence what is wrong with a command line and with a folder", () => {
    assert.deepEqual(parseExport("arm=/out/a=b"), { format: "arm", folder: "/out/a=b" });
    for (const wrong of ["", "arm", "arm=", "pulumi=out", "terraform out"]) {
      assert.throws(() => parseExport(wrong), { constructor: UserError, message: /terraform=DIR or arm=DIR/ }, wrong);
    }
    const file = join(folder({ file: "" }), "file");
    assert.throws(() => exportStacks("arm", [], file), { constructor: UserError, message: /^--export: \w+: / });
  });

  it("stays in its folder, and keeps stacks of one name apart", () => {
    const stack = (name: string, project: string): StackResult => ({
      project,
      stack: name,
      ok: true,
      resources: [
        { ...resource("aws:kms/key:Key", {}), urn: `urn:pulumi:s::${project}::aws:kms/key:Key::it` },
      ] as never,
      diagnostics: [],
      notEvaluated: [],
      exempted: [],
      outputs: {},
      durationMs: 0,
    });
    const path = folder({});
    const { files } = exportStacks("terraform", [stack("..", "a"), stack("dev", "a"), stack("dev", "a")], path);
    assert.deepEqual(
      files,
      ["_./main.tf", "dev/main.tf", "dev-2/main.tf", "README.md"].map((name) => join(path, name)),
    );
    const several = exportStacks("terraform", [stack("dev", "a"), stack("dev", "b")], path);
    assert.deepEqual(
      several.files.slice(0, 2),
      ["a-dev", "b-dev"].map((name) => join(path, name, "main.tf")),
    );
  });
});
