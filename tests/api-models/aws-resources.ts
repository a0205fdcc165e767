/** The operations that the AWS provider calls for each resource type, and where Pulumi's properties differ from them. */
import { awsOperation } from "./botocore.ts";
import type { DocumentedRule, ResourceModel } from "./resource-model.ts";
import type { ObjectSchema } from "./schema.ts";
import type { Differences } from "./translate.ts";

interface AwsResource extends Differences {
  /** `<service>:<operation>`. Properties go to the first; of the others, each is a member of the request by its name. */
  operations: string[];
  documented?: Record<string, DocumentedRule>;
}

/** On every resource: it chooses the endpoint and is in no request. */
const REGION = { region: "chooses the provider's endpoint" };

const TAGS = { tags: "TagSpecifications.0.Tags" };

const BUCKET_NAME: DocumentedRule = {
  pattern:
    /^(?!xn--|sthree-|amzn-s3-demo-)(?!.*(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/,
  source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html",
};
const BUCKET_POLICY: DocumentedRule = {
  max: 20480,
  source: "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html",
};
const IAM_QUOTAS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html";
const TRUST_POLICY: DocumentedRule = { max: 2048, source: IAM_QUOTAS };
const MANAGED_POLICY: DocumentedRule = { max: 6144, source: IAM_QUOTAS };
const INLINE_POLICY: DocumentedRule = { max: 10240, source: IAM_QUOTAS };
const KEY_POLICY: DocumentedRule = {
  max: 32768,
  source: "https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html",
};
const ENDPOINT_POLICY: DocumentedRule = {
  max: 20480,
  source: "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html",
};
const SECURITY_GROUP_NAME: DocumentedRule = {
  pattern: /^(?!sg-)[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]{1,255}$/,
  source: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html",
};
const SECURITY_GROUP_TEXT: DocumentedRule = {
  pattern: /^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]{0,255}$/,
  source: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html",
};

/** A rule of a security group: one permission with one range or group. */
const SECURITY_GROUP_RULE: Differences = {
  renamed: {
    securityGroupId: "GroupId",
    ipProtocol: "IpPermissions.0.IpProtocol",
    fromPort: "IpPermissions.0.FromPort",
    toPort: "IpPermissions.0.ToPort",
    cidrIpv4: "IpPermissions.0.IpRanges.0.CidrIp",
    prefixListId: "IpPermissions.0.PrefixListIds.0.PrefixListId",
    referencedSecurityGroupId: "IpPermissions.0.UserIdGroupPairs.0.GroupId",
    ...TAGS,
  },
  ignored: { description: "goes into the range, prefix list or group that the rule names" },
};

const RESOURCES: Record<string, AwsResource> = {
  "aws:sagemaker/domain:Domain": {
    operations: ["sagemaker:CreateDomain", "sagemaker:DeleteDomain"],
    renamed: { retentionPolicy: "DeleteDomain.RetentionPolicy" },
    provided: ["DeleteDomain.DomainId"],
  },
  "aws:sagemaker/userProfile:UserProfile": { operations: ["sagemaker:CreateUserProfile"] },
  "aws:sagemaker/space:Space": { operations: ["sagemaker:CreateSpace"] },
  "aws:sagemaker/notebookInstance:NotebookInstance": {
    operations: ["sagemaker:CreateNotebookInstance"],
    renamed: { name: "NotebookInstanceName", securityGroups: "SecurityGroupIds", volumeSize: "VolumeSizeInGB" },
  },
  "aws:sagemaker/notebookInstanceLifecycleConfiguration:NotebookInstanceLifecycleConfiguration": {
    operations: ["sagemaker:CreateNotebookInstanceLifecycleConfig"],
    renamed: {
      name: "NotebookInstanceLifecycleConfigName",
      onCreate: "OnCreate.0.Content",
      onStart: "OnStart.0.Content",
    },
  },

  "aws:sagemaker/pipeline:Pipeline": { operations: ["sagemaker:CreatePipeline"], provided: ["ClientRequestToken"] },
  "aws:sagemaker/modelPackageGroup:ModelPackageGroup": { operations: ["sagemaker:CreateModelPackageGroup"] },
  "aws:scheduler/schedule:Schedule": { operations: ["scheduler:CreateSchedule"] },
  "aws:lambda/function:Function": {
    operations: ["lambda:CreateFunction"],
    renamed: { name: "FunctionName" },
    ignored: { code: "the archive, which the provider uploads" },
    provided: ["Code"],
  },

  "aws:ecr/repository:Repository": {
    operations: ["ecr:CreateRepository"],
    renamed: { name: "repositoryName", encryptionConfigurations: "encryptionConfiguration" },
    ignored: { forceDelete: "what the provider does at deletion" },
  },
  "aws:ecr/lifecyclePolicy:LifecyclePolicy": {
    operations: ["ecr:PutLifecyclePolicy"],
    renamed: { repository: "repositoryName", policy: "lifecyclePolicyText" },
  },
  "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": { operations: ["ecr:CreatePullThroughCacheRule"] },

  "aws:secretsmanager/secret:Secret": {
    operations: ["secretsmanager:CreateSecret", "secretsmanager:DeleteSecret"],
    renamed: { recoveryWindowInDays: "DeleteSecret.RecoveryWindowInDays" },
    provided: ["DeleteSecret.SecretId"],
  },
  "aws:secretsmanager/secretPolicy:SecretPolicy": {
    operations: ["secretsmanager:PutResourcePolicy"],
    renamed: { secretArn: "SecretId", policy: "ResourcePolicy" },
  },
  "aws:ssm/parameter:Parameter": { operations: ["ssm:PutParameter"] },

  "aws:rds/instance:Instance": {
    operations: ["rds:CreateDBInstance", "rds:DeleteDBInstance"],
    renamed: {
      identifier: "DBInstanceIdentifier",
      instanceClass: "DBInstanceClass",
      dbSubnetGroupName: "DBSubnetGroupName",
      parameterGroupName: "DBParameterGroupName",
      iamDatabaseAuthenticationEnabled: "EnableIAMDatabaseAuthentication",
      username: "MasterUsername",
      performanceInsightsEnabled: "EnablePerformanceInsights",
      performanceInsightsKmsKeyId: "PerformanceInsightsKMSKeyId",
      enabledCloudwatchLogsExports: "EnableCloudwatchLogsExports",
      caCertIdentifier: "CACertificateIdentifier",
      multiAz: "MultiAZ",
      deleteAutomatedBackups: "DeleteDBInstance.DeleteAutomatedBackups",
      skipFinalSnapshot: "DeleteDBInstance.SkipFinalSnapshot",
      finalSnapshotIdentifier: "DeleteDBInstance.FinalDBSnapshotIdentifier",
    },
    provided: ["DeleteDBInstance.DBInstanceIdentifier"],
  },
  "aws:rds/parameterGroup:ParameterGroup": {
    operations: ["rds:CreateDBParameterGroup", "rds:ModifyDBParameterGroup"],
    renamed: {
      name: "DBParameterGroupName",
      family: "DBParameterGroupFamily",
      parameters: "ModifyDBParameterGroup.Parameters",
      "parameters.name": "ParameterName",
      "parameters.value": "ParameterValue",
    },
    provided: ["ModifyDBParameterGroup.DBParameterGroupName"],
  },
  "aws:rds/subnetGroup:SubnetGroup": {
    operations: ["rds:CreateDBSubnetGroup"],
    renamed: { name: "DBSubnetGroupName", description: "DBSubnetGroupDescription" },
  },

  "aws:route53/zone:Zone": {
    operations: ["route53:CreateHostedZone"],
    renamed: {
      vpcs: "VPC",
      "vpcs.vpcId": "VPCId",
      "vpcs.vpcRegion": "VPCRegion",
      comment: "HostedZoneConfig.Comment",
    },
    ignored: { forceDestroy: "what the provider does at deletion" },
    provided: ["CallerReference"],
  },
  "aws:route53/record:Record": {
    operations: ["route53:ChangeResourceRecordSets"],
    renamed: {
      zoneId: "HostedZoneId",
      name: "ChangeBatch.Changes.0.ResourceRecordSet.Name",
      type: "ChangeBatch.Changes.0.ResourceRecordSet.Type",
      ttl: "ChangeBatch.Changes.0.ResourceRecordSet.TTL",
    },
    ignored: { records: "each goes into an object of its own" },
    provided: ["ChangeBatch.Changes.Action"],
  },

  "aws:s3/bucket:Bucket": {
    operations: ["s3:CreateBucket"],
    renamed: { objectLockEnabled: "ObjectLockEnabledForBucket", tags: "CreateBucketConfiguration.Tags" },
    ignored: { forceDestroy: "what the provider does before it deletes the bucket" },
    documented: { bucket: BUCKET_NAME },
  },
  "aws:s3/bucketPolicy:BucketPolicy": {
    operations: ["s3:PutBucketPolicy"],
    documented: { bucket: BUCKET_NAME, policy: BUCKET_POLICY },
  },
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {
    operations: ["s3:PutPublicAccessBlock"],
    renamed: {
      blockPublicAcls: "PublicAccessBlockConfiguration.BlockPublicAcls",
      blockPublicPolicy: "PublicAccessBlockConfiguration.BlockPublicPolicy",
      ignorePublicAcls: "PublicAccessBlockConfiguration.IgnorePublicAcls",
      restrictPublicBuckets: "PublicAccessBlockConfiguration.RestrictPublicBuckets",
    },
    ignored: { skipDestroy: "what the provider does at deletion" },
  },
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": {
    operations: ["s3:PutBucketEncryption"],
    renamed: {
      rules: "ServerSideEncryptionConfiguration.Rules",
      "rules.applyServerSideEncryptionByDefault.kmsMasterKeyId": "KMSMasterKeyID",
      "rules.blockedEncryptionTypes": "BlockedEncryptionTypes.EncryptionType",
    },
  },
  "aws:s3/bucketVersioning:BucketVersioning": { operations: ["s3:PutBucketVersioning"] },
  "aws:s3/bucketLogging:BucketLogging": {
    operations: ["s3:PutBucketLogging"],
    renamed: {
      targetBucket: "BucketLoggingStatus.LoggingEnabled.TargetBucket",
      targetPrefix: "BucketLoggingStatus.LoggingEnabled.TargetPrefix",
      targetObjectKeyFormat: "BucketLoggingStatus.LoggingEnabled.TargetObjectKeyFormat",
    },
  },
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
    operations: ["s3:PutBucketLifecycleConfiguration"],
    renamed: { rules: "LifecycleConfiguration.Rules" },
  },
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": {
    operations: ["s3:PutObjectLockConfiguration"],
    renamed: {
      objectLockEnabled: "ObjectLockConfiguration.ObjectLockEnabled",
      rule: "ObjectLockConfiguration.Rule",
    },
  },
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": {
    operations: ["s3:PutBucketOwnershipControls"],
    renamed: { rule: "OwnershipControls.Rules" },
  },

  "aws:kms/key:Key": {
    operations: ["kms:CreateKey", "kms:EnableKeyRotation", "kms:ScheduleKeyDeletion"],
    renamed: {
      customerMasterKeySpec: "KeySpec",
      rotationPeriodInDays: "EnableKeyRotation.RotationPeriodInDays",
      deletionWindowInDays: "ScheduleKeyDeletion.PendingWindowInDays",
    },
    ignored: { enableKeyRotation: "decides whether EnableKeyRotation is called", isEnabled: "chooses an operation" },
    provided: ["EnableKeyRotation.KeyId", "ScheduleKeyDeletion.KeyId"],
    documented: { policy: KEY_POLICY },
  },
  "aws:kms/alias:Alias": { operations: ["kms:CreateAlias"], renamed: { name: "AliasName" } },

  "aws:iam/role:Role": {
    operations: ["iam:CreateRole"],
    renamed: { name: "RoleName", assumeRolePolicy: "AssumeRolePolicyDocument" },
    ignored: { forceDetachPolicies: "what the provider does before it deletes the role" },
    documented: { assumeRolePolicy: TRUST_POLICY },
  },
  "aws:iam/rolePolicy:RolePolicy": {
    operations: ["iam:PutRolePolicy"],
    renamed: { name: "PolicyName", role: "RoleName", policy: "PolicyDocument" },
    documented: { policy: INLINE_POLICY },
  },
  "aws:iam/policy:Policy": {
    operations: ["iam:CreatePolicy"],
    renamed: { name: "PolicyName", policy: "PolicyDocument" },
    documented: { policy: MANAGED_POLICY },
  },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
    operations: ["iam:AttachRolePolicy"],
    renamed: { role: "RoleName" },
  },

  "aws:ec2/vpc:Vpc": {
    operations: ["ec2:CreateVpc", "ec2:ModifyVpcAttribute"],
    renamed: {
      enableDnsHostnames: "ModifyVpcAttribute.EnableDnsHostnames.Value",
      enableDnsSupport: "ModifyVpcAttribute.EnableDnsSupport.Value",
      ...TAGS,
    },
    provided: ["ModifyVpcAttribute.VpcId"],
  },
  "aws:ec2/subnet:Subnet": {
    operations: ["ec2:CreateSubnet", "ec2:ModifySubnetAttribute"],
    renamed: { mapPublicIpOnLaunch: "ModifySubnetAttribute.MapPublicIpOnLaunch.Value", ...TAGS },
    provided: ["ModifySubnetAttribute.SubnetId"],
  },
  "aws:ec2/routeTable:RouteTable": { operations: ["ec2:CreateRouteTable"], renamed: TAGS },
  "aws:ec2/routeTableAssociation:RouteTableAssociation": { operations: ["ec2:AssociateRouteTable"] },
  "aws:ec2/route:Route": { operations: ["ec2:CreateRoute"] },
  "aws:ec2/internetGateway:InternetGateway": {
    operations: ["ec2:CreateInternetGateway", "ec2:AttachInternetGateway"],
    renamed: { vpcId: "AttachInternetGateway.VpcId", ...TAGS },
    provided: ["AttachInternetGateway.InternetGatewayId"],
  },
  "aws:ec2/natGateway:NatGateway": { operations: ["ec2:CreateNatGateway"], renamed: TAGS },
  "aws:ec2/eip:Eip": { operations: ["ec2:AllocateAddress"], renamed: TAGS },
  "aws:ec2/securityGroup:SecurityGroup": {
    operations: ["ec2:CreateSecurityGroup", "ec2:AuthorizeSecurityGroupIngress", "ec2:AuthorizeSecurityGroupEgress"],
    renamed: {
      name: "GroupName",
      ingress: "AuthorizeSecurityGroupIngress.IpPermissions",
      egress: "AuthorizeSecurityGroupEgress.IpPermissions",
      ...TAGS,
    },
    ignored: { revokeRulesOnDelete: "what the provider does before it deletes the group" },
    provided: ["AuthorizeSecurityGroupIngress.GroupId", "AuthorizeSecurityGroupEgress.GroupId"],
    documented: { name: SECURITY_GROUP_NAME, description: SECURITY_GROUP_TEXT },
  },
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": {
    operations: ["ec2:AuthorizeSecurityGroupIngress", "ec2:AuthorizeSecurityGroupEgress"],
    renamed: { ingress: "IpPermissions", egress: "AuthorizeSecurityGroupEgress.IpPermissions" },
    ignored: { vpcId: "the provider finds the VPC's default group", tags: "go to CreateTags" },
    provided: ["AuthorizeSecurityGroupEgress.GroupId"],
  },
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {
    operations: ["ec2:AuthorizeSecurityGroupIngress"],
    ...SECURITY_GROUP_RULE,
    documented: { description: SECURITY_GROUP_TEXT },
  },
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": {
    operations: ["ec2:AuthorizeSecurityGroupEgress"],
    ...SECURITY_GROUP_RULE,
    documented: { description: SECURITY_GROUP_TEXT },
  },
  "aws:ec2/vpcEndpoint:VpcEndpoint": {
    operations: ["ec2:CreateVpcEndpoint"],
    renamed: { policy: "PolicyDocument", ...TAGS },
    documented: { policy: ENDPOINT_POLICY },
  },
  "aws:ec2/flowLog:FlowLog": {
    operations: ["ec2:CreateFlowLogs"],
    renamed: { vpcId: "ResourceIds", subnetId: "ResourceIds", iamRoleArn: "DeliverLogsPermissionArn", ...TAGS },
    provided: ["ResourceType"],
  },

  "aws:cloudwatch/logGroup:LogGroup": {
    operations: ["logs:CreateLogGroup", "logs:PutRetentionPolicy"],
    renamed: { name: "logGroupName", retentionInDays: "PutRetentionPolicy.retentionInDays" },
    ignored: { skipDestroy: "what the provider does at deletion" },
    provided: ["PutRetentionPolicy.logGroupName"],
    documented: {
      retentionInDays: {
        pattern: /^(1|3|5|7|14|30|60|90|120|150|180|365|400|545|731|1096|1827|2192|2557|2922|3288|3653)$/,
        source: "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html",
      },
    },
  },
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": { operations: ["logs:PutResourcePolicy"] },

  "aws:networkfirewall/firewall:Firewall": {
    operations: ["network-firewall:CreateFirewall"],
    renamed: { name: "FirewallName" },
  },
  "aws:networkfirewall/firewallPolicy:FirewallPolicy": {
    operations: ["network-firewall:CreateFirewallPolicy"],
    renamed: { name: "FirewallPolicyName" },
  },
  "aws:networkfirewall/ruleGroup:RuleGroup": {
    operations: ["network-firewall:CreateRuleGroup"],
    renamed: { name: "RuleGroupName", "ruleGroup.ruleVariables.ipSets.ipSet.definitions": "Definition" },
  },
  "aws:networkfirewall/loggingConfiguration:LoggingConfiguration": {
    operations: ["network-firewall:UpdateLoggingConfiguration"],
  },

  "aws:codeartifact/domain:Domain": { operations: ["codeartifact:CreateDomain"] },
  "aws:codeartifact/repository:Repository": {
    operations: ["codeartifact:CreateRepository", "codeartifact:AssociateExternalConnection"],
    renamed: {
      externalConnections: "AssociateExternalConnection",
      "externalConnections.externalConnectionName": "externalConnection",
    },
    provided: ["AssociateExternalConnection.domain", "AssociateExternalConnection.repository"],
  },

  "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList": {
    operations: ["route53resolver:CreateFirewallDomainList", "route53resolver:UpdateFirewallDomains"],
    renamed: { domains: "UpdateFirewallDomains.Domains" },
    provided: ["UpdateFirewallDomains.FirewallDomainListId", "UpdateFirewallDomains.Operation"],
  },
  "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup": {
    operations: ["route53resolver:CreateFirewallRuleGroup"],
  },
  "aws:route53/resolverFirewallRule:ResolverFirewallRule": {
    operations: ["route53resolver:CreateFirewallRule"],
  },
  "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation": {
    operations: ["route53resolver:AssociateFirewallRuleGroup"],
  },
  "aws:route53/resolverFirewallConfig:ResolverFirewallConfig": { operations: ["route53resolver:UpdateFirewallConfig"] },
  "aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig": {
    operations: ["route53resolver:CreateResolverQueryLogConfig"],
  },
  "aws:route53/resolverQueryLogConfigAssociation:ResolverQueryLogConfigAssociation": {
    operations: ["route53resolver:AssociateResolverQueryLogConfig"],
  },
};

/** The model of an AWS resource type, or undefined when it has none here. */
export function awsModel(token: string): ResourceModel | undefined {
  const resource = RESOURCES[token];
  if (!resource) return undefined;
  return { ...resource, schema: () => requestSchema(resource.operations), ignored: { ...REGION, ...resource.ignored } };
}

function requestSchema(operations: string[]): ObjectSchema {
  const [first, ...others] = operations.map((operation) => operation.split(":") as [string, string]);
  const request = awsOperation(...first!);
  const calls = others.map(([service, operation]) => [operation, () => awsOperation(service, operation)] as const);
  return { ...request, members: new Map([...request.members, ...calls]) };
}

/** The types that have a model, for the test that every operation exists. */
export const AWS_TYPES = Object.keys(RESOURCES);
