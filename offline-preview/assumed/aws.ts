// Ids, ARNs and other outputs of AWS resources, as the provider writes them.

import { hex } from "./fakes.ts";
import { type Form, fillForm } from "./forms.ts";
import type { GenericContext } from "./generic.ts";
import { type AssumedResource, seedOf, text, typeParts } from "./resource.ts";
import { kebab } from "./words.ts";

/** ARN of something in a region. */
function arn(service: string, resource: string): string {
  return `arn:{partition}:${service}:{region}:{account}:${resource}`;
}

/** ARN of something that an account has once for all regions. */
function globalArn(service: string, resource: string): string {
  return `arn:{partition}:${service}::{account}:${resource}`;
}

// What EC2 names itself: prefix of the id, and the type in the ARN.
const EC2: Record<string, [prefix: string, arnType?: string]> = {
  "ec2/CustomerGateway": ["cgw", "customer-gateway"],
  "ec2/DefaultSecurityGroup": ["sg", "security-group"],
  "ec2/EgressOnlyInternetGateway": ["eigw"],
  "ec2/FlowLog": ["fl", "vpc-flow-log"],
  "ec2/Instance": ["i", "instance"],
  "ec2/InternetGateway": ["igw", "internet-gateway"],
  "ec2/LaunchTemplate": ["lt", "launch-template"],
  "ec2/ManagedPrefixList": ["pl", "prefix-list"],
  "ec2/NetworkAcl": ["acl", "network-acl"],
  "ec2/RouteTable": ["rtb", "route-table"],
  "ec2/SecurityGroup": ["sg", "security-group"],
  "ec2/SecurityGroupRule": ["sgrule"],
  "ec2/Subnet": ["subnet", "subnet"],
  "ec2/VpcDhcpOptions": ["dopt", "dhcp-options"],
  "ec2/VpcPeeringConnection": ["pcx"],
  "ec2/VpnGateway": ["vgw", "vpn-gateway"],
  "ebs/Snapshot": ["snap", "snapshot"],
  "ebs/Volume": ["vol", "volume"],
  "ec2transitgateway/RouteTable": ["tgw-rtb", "transit-gateway-route-table"],
  "ec2transitgateway/TransitGateway": ["tgw", "transit-gateway"],
  "ec2transitgateway/VpcAttachment": ["tgw-attach", "transit-gateway-attachment"],
};

function ec2Form(prefix: string, arnType: string | undefined): Form {
  return {
    id: `${prefix}-0{hex16}`,
    ownerId: "{account}",
    ...(arnType === undefined ? {} : { arn: arn("ec2", `${arnType}/{id}`) }),
  };
}

const IAM_PATH = { path: "/" };

// Module and class -> forms. `id` is what Pulumi uses as the id.
const FORMS: Record<string, Form> = {
  "acm/Certificate": { id: "{arn}", arn: arn("acm", "certificate/{uuid}"), status: "ISSUED" },
  "apigateway/RestApi": {
    id: "{hex10}",
    arn: "arn:{partition}:apigateway:{region}::/restapis/{id}",
    executionArn: arn("execute-api", "{id}"),
    rootResourceId: "{hex10}",
  },
  "apigatewayv2/Api": {
    id: "{hex10}",
    arn: "arn:{partition}:apigateway:{region}::/apis/{id}",
    executionArn: arn("execute-api", "{id}"),
    apiEndpoint: "https://{id}.execute-api.{region}.{dnsSuffix}",
  },
  "cloudfront/Distribution": {
    id: "E{capitals13}",
    arn: globalArn("cloudfront", "distribution/{id}"),
    domainName: "d{hex13}.cloudfront.net",
    hostedZoneId: "Z2FDTNDATAQYW2",
    status: "Deployed",
    etag: "E{capitals13}",
  },
  "cloudfront/OriginAccessIdentity": {
    id: "E{capitals13}",
    arn: globalArn("cloudfront", "origin-access-identity/{id}"),
    cloudfrontAccessIdentityPath: "origin-access-identity/cloudfront/{id}",
    iamArn: "arn:{partition}:iam::cloudfront:user/CloudFront Origin Access Identity {id}",
    s3CanonicalUserId: "{hex64}",
  },
  "cloudtrail/Trail": { id: "{arn}", arn: arn("cloudtrail", "trail/{name}"), homeRegion: "{region}" },
  "cloudwatch/EventBus": { id: "{name}", arn: arn("events", "event-bus/{name}") },
  "cloudwatch/EventRule": { id: "{name}", arn: arn("events", "rule/{name}") },
  "cloudwatch/LogGroup": { id: "{name}", arn: arn("logs", "log-group:{name}") },
  "cloudwatch/LogStream": { id: "{name}", arn: arn("logs", "log-group:{logGroupName}:log-stream:{name}") },
  "cloudwatch/MetricAlarm": { id: "{name}", name: "{auto}", arn: arn("cloudwatch", "alarm:{name}") },
  "codeartifact/Domain": {
    id: "{arn}",
    arn: arn("codeartifact", "domain/{domain}"),
    owner: "{account}",
    s3BucketArn: "arn:{partition}:s3:::assets-{hex12}-{region}",
  },
  "codeartifact/Repository": {
    id: "{arn}",
    arn: arn("codeartifact", "repository/{domain}/{repository}"),
    domainOwner: "{account}",
    administratorAccount: "{account}",
  },
  "codebuild/Project": { id: "{arn}", arn: arn("codebuild", "project/{name}") },
  "cognito/UserPool": {
    id: "{region}_{capitals9}",
    arn: arn("cognito-idp", "userpool/{id}"),
    endpoint: "cognito-idp.{region}.{dnsSuffix}/{id}",
  },
  "cognito/UserPoolClient": { id: "{hex26}", clientSecret: "{hex51}" },
  "cognito/IdentityPool": { id: "{region}:{uuid}", arn: arn("cognito-identity", "identitypool/{id}") },
  "dynamodb/Table": {
    id: "{name}",
    arn: arn("dynamodb", "table/{name}"),
    streamArn: "{arn}/stream/2000-01-01T00:00:00.000",
    streamLabel: "2000-01-01T00:00:00.000",
  },
  "ec2/Eip": {
    id: "eipalloc-0{hex16}",
    arn: arn("ec2", "elastic-ip/{id}"),
    allocationId: "{id}",
    publicIp: "{publicIp}",
    publicDns: "ec2-{hex8}.compute.{dnsSuffix}",
  },
  "ec2/Instance": {
    ...ec2Form("i", "instance"),
    instanceState: "running",
    primaryNetworkInterfaceId: "eni-0{hex16}",
    privateIp: "{privateIp}",
  },
  "ec2/LaunchTemplate": { ...ec2Form("lt", "launch-template"), name: "{auto}" },
  "ec2/NatGateway": {
    id: "nat-0{hex16}",
    networkInterfaceId: "eni-0{hex16}",
    associationId: "eipassoc-0{hex16}",
    privateIp: "{privateIp}",
  },
  "ec2/NetworkInterface": { ...ec2Form("eni", "network-interface"), privateIp: "{privateIp}" },
  "ec2/KeyPair": {
    id: "{keyName}",
    keyName: "{auto}",
    arn: arn("ec2", "key-pair/{keyName}"),
    keyPairId: "key-0{hex16}",
  },
  "ec2/Route": { id: "r-{routeTableId}{digits10}", origin: "CreateRoute", state: "active" },
  "ec2/RouteTableAssociation": { id: "rtbassoc-0{hex16}" },
  "ec2/Vpc": {
    ...ec2Form("vpc", "vpc"),
    defaultNetworkAclId: "acl-0{hex16}",
    defaultRouteTableId: "rtb-0{hex16}",
    mainRouteTableId: "{defaultRouteTableId}",
    defaultSecurityGroupId: "sg-0{hex16}",
    dhcpOptionsId: "dopt-0{hex16}",
  },
  "ec2/VpcEndpoint": { ...ec2Form("vpce", "vpc-endpoint"), prefixListId: "pl-0{hex16}", state: "available" },
  "ec2/VpcEndpointService": {
    id: "vpce-svc-0{hex16}",
    arn: arn("ec2", "vpc-endpoint-service/{id}"),
    serviceName: "com.amazonaws.vpce.{region}.{id}",
  },
  "ecr/Repository": {
    id: "{name}",
    arn: arn("ecr", "repository/{name}"),
    registryId: "{account}",
    repositoryUrl: "{account}.dkr.ecr.{region}.{dnsSuffix}/{name}",
  },
  "ecs/Cluster": { id: "{arn}", arn: arn("ecs", "cluster/{name}") },
  "ecs/TaskDefinition": {
    id: "{family}",
    arn: "{arnWithoutRevision}:1",
    arnWithoutRevision: arn("ecs", "task-definition/{family}"),
  },
  "efs/AccessPoint": {
    id: "fsap-0{hex16}",
    arn: arn("elasticfilesystem", "access-point/{id}"),
    fileSystemArn: arn("elasticfilesystem", "file-system/{fileSystemId}"),
    ownerId: "{account}",
  },
  "efs/FileSystem": {
    id: "fs-0{hex16}",
    arn: arn("elasticfilesystem", "file-system/{id}"),
    dnsName: "{id}.efs.{region}.{dnsSuffix}",
    ownerId: "{account}",
  },
  "efs/MountTarget": {
    id: "fsmt-0{hex16}",
    dnsName: "{fileSystemId}.efs.{region}.{dnsSuffix}",
    fileSystemArn: arn("elasticfilesystem", "file-system/{fileSystemId}"),
    networkInterfaceId: "eni-0{hex16}",
    ipAddress: "{privateIp}",
    ownerId: "{account}",
  },
  "eks/Cluster": {
    id: "{name}",
    arn: arn("eks", "cluster/{name}"),
    endpoint: "https://{capitals32}.gr7.{region}.eks.{dnsSuffix}",
    status: "ACTIVE",
  },
  "guardduty/Detector": { id: "{hex32}", arn: arn("guardduty", "detector/{id}"), accountId: "{account}" },
  "iam/AccessKey": { id: "AKIA0000{capitals12}", secret: "offline-preview-{hex24}", createDate: "{time}" },
  "iam/Group": {
    ...IAM_PATH,
    id: "{name}",
    arn: globalArn("iam", "group{path}{name}"),
    uniqueId: "AGPA0000{capitals13}",
  },
  "iam/InstanceProfile": {
    ...IAM_PATH,
    id: "{name}",
    arn: globalArn("iam", "instance-profile{path}{name}"),
    uniqueId: "AIPA0000{capitals13}",
    createDate: "{time}",
  },
  "iam/OpenIdConnectProvider": { id: "{arn}", arn: globalArn("iam", "oidc-provider/{issuer}") },
  "iam/Policy": {
    ...IAM_PATH,
    id: "{arn}",
    arn: globalArn("iam", "policy{path}{name}"),
    policyId: "ANPA0000{capitals13}",
  },
  "iam/Role": {
    ...IAM_PATH,
    id: "{name}",
    arn: globalArn("iam", "role{path}{name}"),
    uniqueId: "AROA0000{capitals13}",
    createDate: "{time}",
  },
  "iam/RolePolicy": { id: "{role}:{name}" },
  "iam/RolePolicyAttachment": { id: "{role}-{policyArn}" },
  "iam/User": {
    ...IAM_PATH,
    id: "{name}",
    arn: globalArn("iam", "user{path}{name}"),
    uniqueId: "AIDA0000{capitals13}",
  },
  "iam/UserPolicy": { id: "{user}:{name}" },
  "iam/UserPolicyAttachment": { id: "{user}-{policyArn}" },
  "kinesis/FirehoseDeliveryStream": { id: "{arn}", arn: arn("firehose", "deliverystream/{name}") },
  "kinesis/Stream": { id: "{arn}", arn: arn("kinesis", "stream/{name}") },
  "kms/Alias": {
    id: "{name}",
    name: "alias/{auto}",
    arn: arn("kms", "{name}"),
    targetKeyArn: arn("kms", "key/{targetKey}"),
  },
  "kms/Key": { id: "{keyId}", keyId: "{uuid}", arn: arn("kms", "key/{keyId}") },
  "kms/ReplicaKey": { id: "{keyId}", keyId: "mrk-0000{hex28}", arn: arn("kms", "key/{keyId}") },
  "lambda/Alias": {
    id: "{arn}",
    arn: "{functionArn}:{name}",
    functionArn: arn("lambda", "function:{functionName}"),
    invokeArn: "arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations",
  },
  "lambda/EventSourceMapping": {
    id: "{uuid}",
    uuid: "{id}",
    arn: arn("lambda", "event-source-mapping:{id}"),
    state: "Enabled",
  },
  "lambda/Function": {
    id: "{name}",
    arn: arn("lambda", "function:{name}"),
    invokeArn: "arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations",
    qualifiedArn: "{arn}:{version}",
    qualifiedInvokeArn:
      "arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/functions/{qualifiedArn}/invocations",
    version: "$LATEST",
    lastModified: "2000-01-01T00:00:00.000+0000",
  },
  "lambda/LayerVersion": {
    id: "{arn}",
    arn: "{layerArn}:{version}",
    layerArn: arn("lambda", "layer:{layerName}"),
    version: "1",
  },
  "lambda/Permission": { id: "{statementId}", statementId: "{auto}" },
  "lb/Listener": { id: "{arn}", arn: arn("elasticloadbalancing", "listener/app/{auto}/0{hex15}/0{hex14}f") },
  "lb/LoadBalancer": {
    id: "{arn}",
    arn: arn("elasticloadbalancing", "loadbalancer/{arnSuffix}"),
    arnSuffix: "app/{name}/0{hex15}",
    dnsName: "{name}-{digits10}.{region}.elb.{dnsSuffix}",
    zoneId: "Z0000{capitals9}",
  },
  "lb/TargetGroup": {
    id: "{arn}",
    arn: arn("elasticloadbalancing", "{arnSuffix}"),
    arnSuffix: "targetgroup/{name}/0{hex15}",
  },
  "msk/Cluster": { id: "{arn}", arn: arn("kafka", "cluster/{clusterName}/{uuid}-1") },
  "networkfirewall/Firewall": { id: "{arn}", arn: arn("network-firewall", "firewall/{name}"), updateToken: "{uuid}" },
  "networkfirewall/FirewallPolicy": {
    id: "{arn}",
    arn: arn("network-firewall", "firewall-policy/{name}"),
    updateToken: "{uuid}",
  },
  "networkfirewall/LoggingConfiguration": { id: "{firewallArn}" },
  "networkfirewall/RuleGroup": {
    id: "{arn}",
    arn: arn("network-firewall", "{ruleGroupKind}/{name}"),
    updateToken: "{uuid}",
  },
  "opensearch/Domain": {
    id: "{arn}",
    domainName: "{auto}",
    arn: arn("es", "domain/{domainName}"),
    domainId: "{account}/{domainName}",
    endpoint: "search-{domainName}-{hex26}.{region}.es.{dnsSuffix}",
  },
  "organizations/Account": {
    id: "00000{digits7}",
    arn: globalArn("organizations", "account/o-{hex10}/{id}"),
    status: "ACTIVE",
  },
  "organizations/OrganizationalUnit": { id: "ou-0000-{hex8}", arn: globalArn("organizations", "ou/o-{hex10}/{id}") },
  "organizations/Policy": { id: "p-{hex8}", arn: globalArn("organizations", "policy/o-{hex10}/{policyKind}/{id}") },
  "rds/Cluster": {
    id: "{clusterIdentifier}",
    clusterIdentifier: "{auto}",
    arn: arn("rds", "cluster:{clusterIdentifier}"),
    endpoint: "{clusterIdentifier}.cluster-{hex12}.{region}.rds.{dnsSuffix}",
    readerEndpoint: "{clusterIdentifier}.cluster-ro-{hex12}.{region}.rds.{dnsSuffix}",
    clusterResourceId: "cluster-{capitals26}",
    hostedZoneId: "Z0000{capitals9}",
  },
  "rds/Instance": {
    id: "db-{capitals26}",
    identifier: "{auto}",
    arn: arn("rds", "db:{identifier}"),
    address: "{identifier}.{hex12}.{region}.rds.{dnsSuffix}",
    endpoint: "{address}:{databasePort}",
    resourceId: "{id}",
    hostedZoneId: "Z0000{capitals9}",
    status: "available",
  },
  "rds/ParameterGroup": { id: "{name}", arn: arn("rds", "pg:{name}") },
  "rds/SubnetGroup": { id: "{name}", arn: arn("rds", "subgrp:{name}") },
  "route53/Record": { id: "{zoneId}_{name}_{type}", fqdn: "{name}" },
  "route53/ResolverFirewallConfig": { id: "rslvr-fc-0{hex16}", ownerId: "{account}" },
  "route53/ResolverFirewallDomainList": {
    id: "rslvr-fdl-0{hex16}",
    arn: arn("route53resolver", "firewall-domain-list/{id}"),
  },
  "route53/ResolverFirewallRule": { id: "{firewallRuleGroupId}:{firewallDomainListId}" },
  "route53/ResolverFirewallRuleGroup": {
    id: "rslvr-frg-0{hex16}",
    arn: arn("route53resolver", "firewall-rule-group/{id}"),
    ownerId: "{account}",
    shareStatus: "NOT_SHARED",
  },
  "route53/ResolverFirewallRuleGroupAssociation": {
    id: "rslvr-frgassoc-0{hex16}",
    arn: arn("route53resolver", "firewall-rule-group-association/{id}"),
  },
  "route53/ResolverQueryLogConfig": {
    id: "rqlc-0{hex16}",
    arn: arn("route53resolver", "resolver-query-log-config/{id}"),
    ownerId: "{account}",
    shareStatus: "NOT_SHARED",
  },
  "route53/ResolverQueryLogConfigAssociation": { id: "rqlca-0{hex16}" },
  "route53/Zone": { id: "{zoneId}", zoneId: "Z0000{capitals16}", arn: "arn:{partition}:route53:::hostedzone/{zoneId}" },
  "s3/AccessPoint": { id: "{account}:{name}", arn: arn("s3", "accesspoint/{name}"), accountId: "{account}" },
  "s3/Bucket": {
    id: "{bucket}",
    bucket: "{auto}",
    arn: "arn:{partition}:s3:::{bucket}",
    bucketDomainName: "{bucket}.s3.{dnsSuffix}",
    bucketRegionalDomainName: "{bucket}.s3.{region}.{dnsSuffix}",
    bucketRegion: "{region}",
    hostedZoneId: "Z0000{capitals9}",
  },
  "s3/BucketObject": { id: "{key}", arn: "arn:{partition}:s3:::{bucket}/{key}", etag: "{hex32}" },
  "sagemaker/Domain": {
    id: "d-0{hex11}",
    arn: arn("sagemaker", "domain/{id}"),
    homeEfsFileSystemId: "fs-0{hex16}",
    securityGroupIdForDomainBoundary: "sg-0{hex16}",
    url: "https://{id}.studio.{region}.sagemaker.aws",
  },
  "sagemaker/NotebookInstance": {
    id: "{name}",
    arn: arn("sagemaker", "notebook-instance/{lowerName}"),
    networkInterfaceId: "eni-0{hex16}",
    url: "{name}.notebook.{region}.sagemaker.aws",
  },
  "sagemaker/NotebookInstanceLifecycleConfiguration": {
    id: "{name}",
    arn: arn("sagemaker", "notebook-instance-lifecycle-config/{lowerName}"),
  },
  "sagemaker/Space": {
    id: "{arn}",
    arn: arn("sagemaker", "space/{domainId}/{spaceName}"),
    homeEfsFileSystemUid: "200{digits3}",
    url: "https://{domainId}.studio.{region}.sagemaker.aws",
  },
  "sagemaker/UserProfile": {
    id: "{arn}",
    arn: arn("sagemaker", "user-profile/{domainId}/{userProfileName}"),
    homeEfsFileSystemUid: "200{digits3}",
  },
  "scheduler/Schedule": { id: "{groupName}/{name}", groupName: "default", arn: arn("scheduler", "schedule/{id}") },
  "secretsmanager/Secret": { id: "{arn}", arn: arn("secretsmanager", "secret:{name}-{hex6}") },
  "secretsmanager/SecretVersion": { id: "{secretId}|{versionId}", arn: "{secretArn}", versionId: "{uuid}" },
  "sfn/StateMachine": {
    id: "{arn}",
    arn: arn("states", "stateMachine:{name}"),
    creationDate: "{time}",
    status: "ACTIVE",
  },
  "sns/Topic": { id: "{arn}", arn: arn("sns", "{name}"), owner: "{account}" },
  "sns/TopicSubscription": { id: "{arn}", arn: "{topic}:{uuid}", ownerId: "{account}" },
  "sqs/Queue": { id: "{url}", arn: arn("sqs", "{name}"), url: "https://sqs.{region}.{dnsSuffix}/{account}/{name}" },
  "ssm/Parameter": { id: "{name}", arn: arn("ssm", "parameter/{bareName}") },
  "vpc/SecurityGroupEgressRule": {
    id: "sgr-0{hex16}",
    securityGroupRuleId: "{id}",
    arn: arn("ec2", "security-group-rule/{id}"),
  },
  "vpc/SecurityGroupIngressRule": {
    id: "sgr-0{hex16}",
    securityGroupRuleId: "{id}",
    arn: arn("ec2", "security-group-rule/{id}"),
  },
};

// Forms that several types share.
FORMS["alb/Listener"] = FORMS["lb/Listener"] as Form;
FORMS["alb/LoadBalancer"] = FORMS["lb/LoadBalancer"] as Form;
FORMS["alb/TargetGroup"] = FORMS["lb/TargetGroup"] as Form;
FORMS["s3/BucketObjectv2"] = FORMS["s3/BucketObject"] as Form;
FORMS["s3/BucketV2"] = FORMS["s3/Bucket"] as Form;
for (const [type, [prefix, arnType]] of Object.entries(EC2)) FORMS[type] ??= ec2Form(prefix, arnType);

// Settings of a bucket are resources of their own and have the bucket's name as their id.
const BUCKET_SETTING: Form = { id: "{bucket}" };

// Pulumi's module -> the service in ARNs, where they differ.
const SERVICES: Record<string, string> = {
  accessanalyzer: "access-analyzer",
  alb: "elasticloadbalancing",
  amp: "aps",
  apigatewayv2: "apigateway",
  appautoscaling: "application-autoscaling",
  cfg: "config",
  cognito: "cognito-idp",
  directoryservice: "ds",
  docdb: "rds",
  ebs: "ec2",
  ec2transitgateway: "ec2",
  efs: "elasticfilesystem",
  elb: "elasticloadbalancing",
  emr: "elasticmapreduce",
  lb: "elasticloadbalancing",
  mq: "mq",
  msk: "kafka",
  mwaa: "airflow",
  neptune: "rds",
  networkfirewall: "network-firewall",
  opensearch: "es",
  serverlessrepository: "serverlessrepo",
  sfn: "states",
  ssoadmin: "sso",
  timestreamwrite: "timestream",
  vpc: "ec2",
};

// Services whose ARNs name no region.
const GLOBAL = new Set([
  "cloudfront",
  "iam",
  "organizations",
  "route53",
  "shield",
  "budgets",
  "globalaccelerator",
  "waf",
]);

function genericForm(module: string, name: string): Form {
  const service = SERVICES[module] ?? module;
  const resource = `${kebab(name)}/{name}`;
  return { id: "{name}", arn: GLOBAL.has(service) ? globalArn(service, resource) : arn(service, resource) };
}

function formOf(type: string): Form {
  const { module, name } = typeParts(type);
  const known = FORMS[`${module}/${name}`];
  if (known !== undefined) return known;
  return module === "s3" && name.startsWith("Bucket") ? BUCKET_SETTING : genericForm(module, name);
}

/** Every output of the type whose form is known, and `id`. */
export function awsValues(resource: AssumedResource, context: GenericContext): Record<string, string> {
  const { inputs, name } = resource;
  const prefix = text(inputs.namePrefix) ?? text(inputs.bucketPrefix) ?? `${name}-`;
  const auto = `${prefix}${hex(seedOf(resource), 7)}`;
  const form = { name: "{auto}", region: "{region}", ...formOf(resource.type) };
  return fillForm(form, resource, { ...context.aws, auto, ...derivedWords(resource, auto) }, context);
}

/** Words that are an input in another writing. */
function derivedWords({ inputs }: AssumedResource, auto: string): Record<string, string> {
  const physical = text(inputs.name) ?? auto;
  const words: Record<string, string> = {
    lowerName: physical.toLowerCase(),
    bareName: physical.replace(/^\//, ""),
    ruleGroupKind: text(inputs.type) === "STATELESS" ? "stateless-rulegroup" : "stateful-rulegroup",
    policyKind: (text(inputs.type) ?? "SERVICE_CONTROL_POLICY").toLowerCase(),
    databasePort: text(inputs.port) ?? (text(inputs.engine)?.includes("postgres") ? "5432" : "3306"),
  };
  const key = text(inputs.targetKeyId);
  if (key !== undefined) words.targetKey = key.replace(/^.*:key\//, "");
  const secret = text(inputs.secretId);
  if (secret?.startsWith("arn:")) words.secretArn = secret;
  const issuer = text(inputs.url);
  if (issuer !== undefined) words.issuer = issuer.replace(/^https?:\/\//, "");
  return words;
}
