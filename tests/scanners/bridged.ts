/** Terraform's names for the resource types of the AWS and Google providers, which are made from Terraform's. */

export interface BridgedType {
  /** Terraform's resource type. */
  type: string;
  /** Terraform's names of lists of blocks, by dotted Pulumi path; Pulumi's are plurals. */
  blocks?: Record<string, string>;
}

const STATELESS_RULES = "ruleGroup.rulesSource.statelessRulesAndCustomActions.statelessRules";

export const BRIDGED: Record<string, BridgedType> = {
  "aws:sagemaker/domain:Domain": { type: "aws_sagemaker_domain" },
  "aws:sagemaker/userProfile:UserProfile": { type: "aws_sagemaker_user_profile" },
  "aws:sagemaker/space:Space": { type: "aws_sagemaker_space" },
  "aws:sagemaker/notebookInstance:NotebookInstance": { type: "aws_sagemaker_notebook_instance" },
  "aws:sagemaker/notebookInstanceLifecycleConfiguration:NotebookInstanceLifecycleConfiguration": {
    type: "aws_sagemaker_notebook_instance_lifecycle_configuration",
  },
  "aws:s3/bucket:Bucket": { type: "aws_s3_bucket" },
  "aws:s3/bucketPolicy:BucketPolicy": { type: "aws_s3_bucket_policy" },
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": { type: "aws_s3_bucket_public_access_block" },
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": {
    type: "aws_s3_bucket_server_side_encryption_configuration",
    blocks: { rules: "rule" },
  },
  "aws:s3/bucketVersioning:BucketVersioning": { type: "aws_s3_bucket_versioning" },
  "aws:s3/bucketLogging:BucketLogging": { type: "aws_s3_bucket_logging" },
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
    type: "aws_s3_bucket_lifecycle_configuration",
    blocks: { rules: "rule", "rules.transitions": "transition" },
  },
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": {
    type: "aws_s3_bucket_object_lock_configuration",
  },
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": { type: "aws_s3_bucket_ownership_controls" },
  "aws:kms/key:Key": { type: "aws_kms_key" },
  "aws:kms/alias:Alias": { type: "aws_kms_alias" },
  "aws:iam/role:Role": { type: "aws_iam_role" },
  "aws:iam/rolePolicy:RolePolicy": { type: "aws_iam_role_policy" },
  "aws:iam/policy:Policy": { type: "aws_iam_policy" },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": { type: "aws_iam_role_policy_attachment" },
  "aws:ec2/vpc:Vpc": { type: "aws_vpc" },
  "aws:ec2/subnet:Subnet": { type: "aws_subnet" },
  "aws:ec2/routeTable:RouteTable": { type: "aws_route_table", blocks: { routes: "route" } },
  "aws:ec2/routeTableAssociation:RouteTableAssociation": { type: "aws_route_table_association" },
  "aws:ec2/route:Route": { type: "aws_route" },
  "aws:ec2/internetGateway:InternetGateway": { type: "aws_internet_gateway" },
  "aws:ec2/natGateway:NatGateway": { type: "aws_nat_gateway" },
  "aws:ec2/eip:Eip": { type: "aws_eip" },
  "aws:ec2/securityGroup:SecurityGroup": {
    type: "aws_security_group",
    blocks: { ingress: "ingress", egress: "egress" },
  },
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": { type: "aws_default_security_group" },
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": { type: "aws_vpc_security_group_ingress_rule" },
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": { type: "aws_vpc_security_group_egress_rule" },
  "aws:ec2/vpcEndpoint:VpcEndpoint": { type: "aws_vpc_endpoint" },
  "aws:ec2/flowLog:FlowLog": { type: "aws_flow_log" },
  "aws:cloudwatch/logGroup:LogGroup": { type: "aws_cloudwatch_log_group" },
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": { type: "aws_cloudwatch_log_resource_policy" },
  "aws:networkfirewall/firewall:Firewall": {
    type: "aws_networkfirewall_firewall",
    blocks: { subnetMappings: "subnet_mapping" },
  },
  "aws:networkfirewall/firewallPolicy:FirewallPolicy": {
    type: "aws_networkfirewall_firewall_policy",
    blocks: {
      "firewallPolicy.statefulRuleGroupReferences": "stateful_rule_group_reference",
      "firewallPolicy.statelessRuleGroupReferences": "stateless_rule_group_reference",
    },
  },
  "aws:networkfirewall/ruleGroup:RuleGroup": {
    type: "aws_networkfirewall_rule_group",
    blocks: {
      "ruleGroup.ruleVariables.ipSets": "ip_sets",
      [STATELESS_RULES]: "stateless_rule",
      [`${STATELESS_RULES}.ruleDefinition.matchAttributes.destinationPorts`]: "destination_port",
      [`${STATELESS_RULES}.ruleDefinition.matchAttributes.destinations`]: "destination",
      [`${STATELESS_RULES}.ruleDefinition.matchAttributes.sourcePorts`]: "source_port",
      [`${STATELESS_RULES}.ruleDefinition.matchAttributes.sources`]: "source",
    },
  },
  "aws:networkfirewall/loggingConfiguration:LoggingConfiguration": {
    type: "aws_networkfirewall_logging_configuration",
    blocks: { "loggingConfiguration.logDestinationConfigs": "log_destination_config" },
  },
  "aws:codeartifact/domain:Domain": { type: "aws_codeartifact_domain" },
  "aws:codeartifact/repository:Repository": {
    type: "aws_codeartifact_repository",
    blocks: { upstreams: "upstream" },
  },
  "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList": {
    type: "aws_route53_resolver_firewall_domain_list",
  },
  "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup": {
    type: "aws_route53_resolver_firewall_rule_group",
  },
  "aws:route53/resolverFirewallRule:ResolverFirewallRule": { type: "aws_route53_resolver_firewall_rule" },
  "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation": {
    type: "aws_route53_resolver_firewall_rule_group_association",
  },
  "aws:route53/resolverFirewallConfig:ResolverFirewallConfig": { type: "aws_route53_resolver_firewall_config" },
  "aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig": { type: "aws_route53_resolver_query_log_config" },
  "aws:route53/resolverQueryLogConfigAssociation:ResolverQueryLogConfigAssociation": {
    type: "aws_route53_resolver_query_log_config_association",
  },

  "gcp:workbench/instance:Instance": {
    type: "google_workbench_instance",
    blocks: {
      "gceSetup.acceleratorConfigs": "accelerator_configs",
      "gceSetup.networkInterfaces": "network_interfaces",
      "gceSetup.serviceAccounts": "service_accounts",
    },
  },
  "gcp:workbench/instanceIamMember:InstanceIamMember": { type: "google_workbench_instance_iam_member" },
  "gcp:compute/network:Network": { type: "google_compute_network" },
  "gcp:compute/subnetwork:Subnetwork": { type: "google_compute_subnetwork" },
  "gcp:compute/firewall:Firewall": { type: "google_compute_firewall", blocks: { allows: "allow", denies: "deny" } },
  "gcp:compute/route:Route": { type: "google_compute_route" },
  "gcp:compute/instanceIAMMember:InstanceIAMMember": { type: "google_compute_instance_iam_member" },
  "gcp:dns/policy:Policy": { type: "google_dns_policy", blocks: { networks: "networks" } },
  "gcp:dns/responsePolicy:ResponsePolicy": { type: "google_dns_response_policy", blocks: { networks: "networks" } },
  "gcp:dns/responsePolicyRule:ResponsePolicyRule": {
    type: "google_dns_response_policy_rule",
    blocks: { "localData.localDatas": "local_datas" },
  },
  "gcp:kms/keyRing:KeyRing": { type: "google_kms_key_ring" },
  "gcp:kms/cryptoKey:CryptoKey": { type: "google_kms_crypto_key" },
  "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember": { type: "google_kms_crypto_key_iam_member" },
  "gcp:storage/bucket:Bucket": { type: "google_storage_bucket", blocks: { lifecycleRules: "lifecycle_rule" } },
  "gcp:storage/bucketIAMMember:BucketIAMMember": { type: "google_storage_bucket_iam_member" },
  "gcp:serviceaccount/account:Account": { type: "google_service_account" },
  "gcp:serviceaccount/iAMMember:IAMMember": { type: "google_service_account_iam_member" },
  "gcp:projects/iAMMember:IAMMember": { type: "google_project_iam_member" },
  "gcp:projects/defaultServiceAccounts:DefaultServiceAccounts": { type: "google_project_default_service_accounts" },
  "gcp:projects/iAMCustomRole:IAMCustomRole": { type: "google_project_iam_custom_role" },
  "gcp:projects/iAMAuditConfig:IAMAuditConfig": {
    type: "google_project_iam_audit_config",
    blocks: { auditLogConfigs: "audit_log_config" },
  },
  "gcp:projects/service:Service": { type: "google_project_service" },
  "gcp:projects/serviceIdentity:ServiceIdentity": { type: "google_project_service_identity" },
  "gcp:logging/projectSink:ProjectSink": { type: "google_logging_project_sink" },
  "gcp:logging/projectBucketConfig:ProjectBucketConfig": { type: "google_logging_project_bucket_config" },
  "gcp:artifactregistry/repository:Repository": {
    type: "google_artifact_registry_repository",
    blocks: { cleanupPolicies: "cleanup_policies" },
  },
  "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember": {
    type: "google_artifact_registry_repository_iam_member",
  },
  "gcp:networksecurity/gatewaySecurityPolicy:GatewaySecurityPolicy": {
    type: "google_network_security_gateway_security_policy",
  },
  "gcp:networksecurity/gatewaySecurityPolicyRule:GatewaySecurityPolicyRule": {
    type: "google_network_security_gateway_security_policy_rule",
  },
  "gcp:networksecurity/urlList:UrlList": { type: "google_network_security_url_lists" },
  "gcp:networkservices/gateway:Gateway": { type: "google_network_services_gateway" },
  "gcp:vertex/aiMetadataStore:AiMetadataStore": { type: "google_vertex_ai_metadata_store" },
  "gcp:iap/tunnelInstanceIAMMember:TunnelInstanceIAMMember": { type: "google_iap_tunnel_instance_iam_member" },
};
