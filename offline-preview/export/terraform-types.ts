// Terraform's names for the resource types of Pulumi's bridged packages, which are made from Terraform's providers: a rule
// for any type of any package, and the names that do not follow it.
import { singular, snake } from "./resources.ts";

interface PackageNames {
  /** First word of Terraform's types. */
  prefix: string;
  /** What stands in Terraform's types for a Pulumi module; by default the module itself. */
  modules: Record<string, string>;
  /** Types that follow no rule, without the prefix: `module/Type` -> Terraform's name. */
  types: Record<string, string>;
  /** What Terraform calls lists of blocks: Pulumi's names are always plurals. */
  blocks: "singular" | "plural";
  /** Pulumi's names of the lists of blocks for which the opposite holds. */
  otherBlocks: Set<string>;
}

function names(text: string): Set<string> {
  return new Set(text.split(/\s+/));
}

// Terraform's types of Amazon EC2 have no module, except for these.
const EC2_WITH_MODULE = [
  ..."AvailabilityZoneGroup CapacityBlockReservation CapacityReservation CarrierGateway Fleet".split(" "),
  ..."ImageBlockPublicAccess InstanceMetadataDefaults LocalGatewayRoute LocalGatewayRouteTableVpcAssociation".split(
    " ",
  ),
  ..."ManagedPrefixList ManagedPrefixListEntry NetworkInsightsAnalysis NetworkInsightsPath SerialConsoleAccess".split(
    " ",
  ),
  ..."SubnetCidrReservation Tag TrafficMirrorFilter TrafficMirrorFilterRule TrafficMirrorSession".split(" "),
  "TrafficMirrorTarget",
];

// Types of Amazon RDS that Terraform calls aws_db_…; the others are aws_rds_….
const RDS_OF_DB = [
  ..."EventSubscription Instance InstanceAutomatedBackupsReplication OptionGroup ParameterGroup Proxy".split(" "),
  ..."ProxyDefaultTargetGroup ProxyEndpoint ProxyTarget Snapshot SnapshotCopy SubnetGroup".split(" "),
];

const AWS: PackageNames = {
  prefix: "aws",
  modules: {
    amp: "prometheus",
    apigateway: "api_gateway",
    bcmdata: "bcmdataexports",
    bedrockmodel: "bedrock_model",
    cfg: "config",
    cloudcontrol: "cloudcontrolapi",
    cloudhsmv2: "cloudhsm_v2",
    costexplorer: "ce",
    directconnect: "dx",
    directoryservice: "directory_service",
    ec2: "",
    ec2clientvpn: "ec2_client_vpn",
    ec2transitgateway: "ec2_transit_gateway",
    elasticbeanstalk: "elastic_beanstalk",
    mediaconvert: "media_convert",
    mediapackage: "media_package",
    mediastore: "media_store",
    opensearchingest: "osis",
    resourceexplorer: "resourceexplorer2",
    route53recoverycontrol: "route53recoverycontrolconfig",
    serverlessrepository: "serverlessapplicationrepository",
    servicediscovery: "service_discovery",
  },
  types: {
    "account/AlternativeContact": "account_alternate_contact",
    "alb/LoadBalancer": "alb",
    "appsync/DataSource": "appsync_datasource",
    "appsync/GraphQLApi": "appsync_graphql_api",
    "autoscaling/Tag": "autoscaling_group_tag",
    "apigateway/Response": "api_gateway_gateway_response",
    "bedrock/AgentAgent": "bedrockagent_agent",
    "bedrock/AgentAgentActionGroup": "bedrockagent_agent_action_group",
    "bedrock/AgentAgentAlias": "bedrockagent_agent_alias",
    "bedrock/AgentDataSource": "bedrockagent_data_source",
    "bedrock/AgentKnowledgeBase": "bedrockagent_knowledge_base",
    "cfg/Recorder": "config_configuration_recorder",
    "cfg/RecorderStatus": "config_configuration_recorder_status",
    "cfg/Rule": "config_config_rule",
    "cloudtrail/Trail": "cloudtrail",
    "codeartifact/DomainPermissions": "codeartifact_domain_permissions_policy",
    "codedeploy/Application": "codedeploy_app",
    "codepipeline/Pipeline": "codepipeline",
    "cognito/IdentityPoolRoleAttachment": "cognito_identity_pool_roles_attachment",
    "datasync/EfsLocation": "datasync_location_efs",
    "datasync/NfsLocation": "datasync_location_nfs",
    "datasync/S3Location": "datasync_location_s3",
    "docdb/ElasticCluster": "docdbelastic_cluster",
    "ec2/DedicatedHost": "ec2_host",
    "ec2/NetworkInterfaceSecurityGroupAttachment": "network_interface_sg_attachment",
    "ec2/PeeringConnectionOptions": "vpc_peering_connection_options",
    "ec2/SecurityGroupAssociation": "vpc_endpoint_security_group_association",
    "ec2/VpcEndpointServiceAllowedPrinciple": "vpc_endpoint_service_allowed_principal",
    ...Object.fromEntries(EC2_WITH_MODULE.map((type) => [`ec2/${type}`, `ec2_${snake(type)}`])),
    "ec2transitgateway/InstanceConnectEndpoint": "ec2_instance_connect_endpoint",
    "ec2transitgateway/InstanceState": "ec2_instance_state",
    "ec2transitgateway/TransitGateway": "ec2_transit_gateway",
    "elb/AppCookieStickinessPolicy": "app_cookie_stickiness_policy",
    "elb/ListenerPolicy": "load_balancer_listener_policy",
    "elb/LoadBalancer": "elb",
    "elb/LoadBalancerBackendServerPolicy": "load_balancer_backend_server_policy",
    "elb/LoadBalancerCookieStickinessPolicy": "lb_cookie_stickiness_policy",
    "elb/LoadBalancerPolicy": "load_balancer_policy",
    "elb/SslNegotiationPolicy": "lb_ssl_negotiation_policy",
    "fsx/OpenZfsFileSystem": "fsx_openzfs_file_system",
    "fsx/OpenZfsSnapshot": "fsx_openzfs_snapshot",
    "fsx/OpenZfsVolume": "fsx_openzfs_volume",
    "guardduty/IPSet": "guardduty_ipset",
    "guardduty/ThreatIntelSet": "guardduty_threatintelset",
    "iam/OpenIdConnectProvider": "iam_openid_connect_provider",
    "iam/SshKey": "iam_user_ssh_key",
    "lb/LoadBalancer": "lb",
    "macie/CustomDataIdentifier": "macie2_custom_data_identifier",
    "macie/FindingsFilter": "macie2_findings_filter",
    "opensearch/ServerlessAccessPolicy": "opensearchserverless_access_policy",
    "opensearch/ServerlessCollection": "opensearchserverless_collection",
    "opensearch/ServerlessLifecyclePolicy": "opensearchserverless_lifecycle_policy",
    "opensearch/ServerlessSecurityConfig": "opensearchserverless_security_config",
    "opensearch/ServerlessSecurityPolicy": "opensearchserverless_security_policy",
    "opensearch/ServerlessVpcEndpoint": "opensearchserverless_vpc_endpoint",
    ...Object.fromEntries(RDS_OF_DB.map((type) => [`rds/${type}`, `db_${snake(type)}`])),
    "rds/ClusterSnapshot": "db_cluster_snapshot",
    "rds/RoleAssociation": "db_instance_role_association",
    "route53/HostedZoneDnsSec": "route53_hosted_zone_dnssec",
    "route53/ResolverDnsSecConfig": "route53_resolver_dnssec_config",
    "s3/AccountPublicAccessBlock": "s3_account_public_access_block",
    "s3/AnalyticsConfiguration": "s3_bucket_analytics_configuration",
    "s3/BucketObjectv2": "s3_object",
    "s3/BucketReplicationConfig": "s3_bucket_replication_configuration",
    "s3/Inventory": "s3_bucket_inventory",
    "serverlessrepository/CloudFormationStack": "serverlessapplicationrepository_cloudformation_stack",
    "ses/MailFrom": "ses_domain_mail_from",
    "sns/DataProtectionPolicy": "sns_topic_data_protection_policy",
    "sqs/RedriveAllowPolicy": "sqs_queue_redrive_allow_policy",
    "sqs/RedrivePolicy": "sqs_queue_redrive_policy",
    "waf/IpSet": "waf_ipset",
    "wafregional/IpSet": "wafregional_ipset",
  },
  blocks: "singular",
  otherBlocks: names(
    "blockDeviceMappings columns fileSystemLocations ipSets networkInterfaces parameters partitionKeys processors " +
      "secondaryArtifacts secondarySources secondarySourceVersions sortColumns tagSpecifications targets",
  ),
};

const GCP: PackageNames = {
  prefix: "google",
  modules: {
    accesscontextmanager: "access_context_manager",
    activedirectory: "active_directory",
    apigateway: "api_gateway",
    appengine: "app_engine",
    applicationintegration: "integrations",
    artifactregistry: "artifact_registry",
    assuredworkloads: "assured_workloads",
    backupdisasterrecovery: "backup_dr",
    bigqueryanalyticshub: "bigquery_analytics_hub",
    bigquerydatapolicy: "bigquery_datapolicy",
    binaryauthorization: "binary_authorization",
    certificateauthority: "privateca",
    certificatemanager: "certificate_manager",
    cloudasset: "cloud_asset",
    cloudfunctionsv2: "cloudfunctions2",
    cloudidentity: "cloud_identity",
    cloudids: "cloud_ids",
    cloudrun: "cloud_run_service",
    cloudrunv2: "cloud_run_v2",
    cloudscheduler: "cloud_scheduler",
    cloudtasks: "cloud_tasks",
    contactcenterinsights: "contact_center_insights",
    containeranalysis: "container_analysis",
    databasemigrationservice: "database_migration_service",
    datacatalog: "data_catalog",
    datafusion: "data_fusion",
    dataloss: "data_loss",
    deploymentmanager: "deployment_manager",
    diagflow: "dialogflow",
    discoveryengine: "discovery_engine",
    documentai: "document_ai",
    essentialcontacts: "essential_contacts",
    gkebackup: "gke_backup",
    gkehub: "gke_hub",
    identityplatform: "identity_platform",
    integrationconnectors: "integration_connectors",
    managedkafka: "managed_kafka",
    networkconnectivity: "network_connectivity",
    networkmanagement: "network_management",
    networksecurity: "network_security",
    networkservices: "network_services",
    organizations: "organization",
    orgpolicy: "org_policy",
    osconfig: "os_config",
    oslogin: "os_login",
    parametermanager: "parameter_manager",
    privilegedaccessmanager: "privileged_access_manager",
    projects: "project",
    resourcemanager: "resource_manager",
    secretmanager: "secret_manager",
    securesourcemanager: "secure_source_manager",
    securitycenter: "scc",
    serviceaccount: "service_account",
    servicedirectory: "service_directory",
    servicenetworking: "service_networking",
    serviceusage: "service_usage",
    siteverification: "site_verification",
    vertex: "vertex",
    vpcaccess: "vpc_access",
  },
  types: {
    "apigee/EnvGroup": "apigee_envgroup",
    "apigee/EnvGroupAttachment": "apigee_envgroup_attachment",
    "appengine/EngineSplitTraffic": "app_engine_service_split_traffic",
    "bigquery/IamBinding": "bigquery_table_iam_binding",
    "bigquery/IamMember": "bigquery_table_iam_member",
    "bigquery/IamPolicy": "bigquery_table_iam_policy",
    "certificateauthority/Authority": "privateca_certificate_authority",
    "cloudrun/DomainMapping": "cloud_run_domain_mapping",
    "cloudrun/IamBinding": "cloud_run_service_iam_binding",
    "cloudrun/IamMember": "cloud_run_service_iam_member",
    "cloudrun/IamPolicy": "cloud_run_service_iam_policy",
    "cloudrun/Service": "cloud_run_service",
    "dns/DnsManagedZoneIamBinding": "dns_managed_zone_iam_binding",
    "dns/DnsManagedZoneIamMember": "dns_managed_zone_iam_member",
    "dns/DnsManagedZoneIamPolicy": "dns_managed_zone_iam_policy",
    "monitoring/GenericService": "monitoring_service",
    "networksecurity/UrlList": "network_security_url_lists",
    "organizations/AccessApprovalSettings": "organization_access_approval_settings",
    "organizations/Folder": "folder",
    "organizations/Project": "project",
    "projects/ApiKey": "apikeys_key",
    "serviceaccount/Account": "service_account",
    "vertex/AiFeatureStore": "vertex_ai_featurestore",
    "securitycenter/InstanceIamBinding": "data_fusion_instance_iam_binding",
    "securitycenter/InstanceIamMember": "data_fusion_instance_iam_member",
    "securitycenter/InstanceIamPolicy": "data_fusion_instance_iam_policy",
  },
  blocks: "plural",
  otherBlocks: names(
    "accessConfigs accesses aliasIpRanges allows attachedDisks auditLogConfigs backends columnFamilies configVariables " +
      "cors defaultActions denies disks envFroms envs exclusions guestAccelerators headerActions hostRules " +
      "ipv6AccessConfigs lifecycleRules maintenanceExclusions namedPorts networkInterfaces nodePools pathMatchers " +
      "pathRules requestHeadersToAdds scratchDisks secondaryIpRanges statefulDisks taints traffics versions",
  ),
};

const AZURE: PackageNames = {
  prefix: "azurerm",
  modules: {
    aifoundry: "ai_foundry",
    analysisservices: "analysis_services",
    apimanagement: "api_management",
    appconfiguration: "app_configuration",
    appinsights: "application_insights",
    appplatform: "",
    appservice: "app_service",
    armmsi: "",
    authorization: "",
    chaosstudio: "chaos_studio",
    compute: "",
    containerapp: "container_app",
    containerservice: "container",
    core: "",
    datafactory: "data_factory",
    dataprotection: "data_protection",
    datashare: "data_share",
    databasemigration: "database_migration",
    databoxedge: "databox_edge",
    devtest: "dev_test",
    digitaltwins: "digital_twins",
    domainservices: "active_directory_domain",
    elasticcloud: "elastic_cloud",
    elasticsan: "elastic_san",
    hsm: "dedicated_hardware_security",
    iot: "iothub",
    keyvault: "key_vault",
    loganalytics: "log_analytics",
    logicapps: "logic_app",
    machinelearning: "machine_learning",
    managedapplication: "managed",
    managedlustre: "managed_lustre",
    managedredis: "managed_redis",
    mongocluster: "mongo_cluster",
    monitoring: "monitor",
    network: "",
    networkfunction: "network_function",
    notificationhub: "notification_hub",
    operationalinsights: "log_analytics",
    paloalto: "palo_alto",
    portal: "",
    privatedns: "private_dns",
    privatelink: "private",
    recoveryservices: "recovery_services",
    redhatopenshift: "redhat_openshift",
    securitycenter: "security_center",
    servicefabric: "service_fabric",
    siterecovery: "site_recovery",
    streamanalytics: "stream_analytics",
    trustedsigning: "trusted_signing",
    videoindexer: "video_indexer",
    desktopvirtualization: "virtual_desktop",
    waf: "web_application_firewall",
    webpubsub: "web_pubsub",
  },
  types: {
    "apimanagement/Service": "api_management",
    "appconfiguration/ConfigurationStore": "app_configuration",
    "appconfiguration/ConfigurationKey": "app_configuration_key",
    "appinsights/Insights": "application_insights",
    "appservice/AppFlexConsumption": "function_app_flex_consumption",
    "appservice/FunctionApp": "function_app",
    "appservice/FunctionAppSlot": "function_app_slot",
    "appservice/LinuxFunctionApp": "linux_function_app",
    "appservice/LinuxFunctionAppSlot": "linux_function_app_slot",
    "appservice/LinuxWebApp": "linux_web_app",
    "appservice/LinuxWebAppSlot": "linux_web_app_slot",
    "appservice/ServicePlan": "service_plan",
    "appservice/StaticSite": "static_site",
    "appservice/StaticWebApp": "static_web_app",
    "appservice/WindowsFunctionApp": "windows_function_app",
    "appservice/WindowsFunctionAppSlot": "windows_function_app_slot",
    "appservice/WindowsWebApp": "windows_web_app",
    "appservice/WindowsWebAppSlot": "windows_web_app_slot",
    "authorization/Assignment": "role_assignment",
    "automation/BoolVariable": "automation_variable_bool",
    "automation/DateTimeVariable": "automation_variable_datetime",
    "automation/IntVariable": "automation_variable_int",
    "automation/RunBook": "automation_runbook",
    "automation/StringVariable": "automation_variable_string",
    "cognitive/AIServices": "ai_services",
    "compute/DataDiskAttachment": "virtual_machine_data_disk_attachment",
    "compute/Extension": "virtual_machine_extension",
    "compute/ScaleSet": "virtual_machine_scale_set",
    "containerapp/App": "container_app",
    "containerservice/KubernetesCluster": "kubernetes_cluster",
    "containerservice/KubernetesClusterNodePool": "kubernetes_cluster_node_pool",
    "datafactory/Factory": "data_factory",
    "datashare/Share": "data_share",
    "dns/CNameRecord": "dns_cname_record",
    "eventhub/EventHub": "eventhub",
    "eventhub/EventHubNamespace": "eventhub_namespace",
    "eventhub/EventHubNamespaceAuthorizationRule": "eventhub_namespace_authorization_rule",
    "iot/IoTHub": "iothub",
    "iot/IotHubDps": "iothub_dps",
    "iot/SecuritySolution": "iot_security_solution",
    "lb/LoadBalancer": "lb",
    "mssql/ElasticPool": "mssql_elasticpool",
    "network/DdosProtectionPlan": "network_ddos_protection_plan",
    "network/Profile": "network_profile",
    "notificationhub/Hub": "notification_hub",
    "operationalinsights/AnalyticsSolution": "log_analytics_solution",
    "operationalinsights/AnalyticsWorkspace": "log_analytics_workspace",
    "privatedns/LinkService": "private_link_service",
    "securitycenter/AdvancedThreatProtection": "advanced_threat_protection",
    "storage/CustomerManagedKey": "storage_account_customer_managed_key",
    "storage/LocalUser": "storage_account_local_user",
    "webpubsub/Service": "web_pubsub",
  },
  blocks: "singular",
  otherBlocks: names("statements"),
};

const PACKAGES = new Map([
  ["aws", AWS],
  ["gcp", GCP],
  ["azure", AZURE],
]);

const STATELESS_RULES = "ruleGroup.rulesSource.statelessRulesAndCustomActions.statelessRules";

/** Terraform's names of lists of blocks that neither the rule nor the package's exceptions give, by dotted Pulumi path. */
const BLOCKS: Record<string, Record<string, string>> = {
  "aws:autoscaling/group:Group": { tags: "tag" },
  "aws:ec2/securityGroup:SecurityGroup": { ingress: "ingress", egress: "egress" },
  "aws:networkfirewall/ruleGroup:RuleGroup": {
    [STATELESS_RULES]: "stateless_rule",
    [`${STATELESS_RULES}.ruleDefinition.matchAttributes.destinationPorts`]: "destination_port",
    [`${STATELESS_RULES}.ruleDefinition.matchAttributes.destinations`]: "destination",
    [`${STATELESS_RULES}.ruleDefinition.matchAttributes.sourcePorts`]: "source_port",
    [`${STATELESS_RULES}.ruleDefinition.matchAttributes.sources`]: "source",
  },
  "gcp:projects/iAMAuditConfig:IAMAuditConfig": { auditLogConfigs: "audit_log_config" },
  "gcp:workbench/instance:Instance": { "gceSetup.networkInterfaces": "network_interfaces" },
};

/** The name of a package, a module or a type, as a Terraform name may have it. */
const NAME = /^[a-z][a-z0-9_]*$/;

/**
 * Terraform's resource type for a Pulumi type such as `aws:s3/bucket:Bucket`. Undefined when the type is of no bridged
 * package: those name each type twice, as a file and as a class.
 */
export function terraformType(token: string): string | undefined {
  const [pkg = "", path = "", type = ""] = token.split(":");
  const [module = "", file] = path.split("/");
  if (file === undefined || file.toLowerCase() !== type.toLowerCase()) return undefined;
  const known = PACKAGES.get(pkg);
  const own = known?.types[`${module}/${type}`] ?? byRule(known?.modules[module] ?? module, type);
  const prefix = known?.prefix ?? pkg.replaceAll("-", "_");
  const name = own === prefix || own.startsWith(`${prefix}_`) ? own : `${prefix}_${own}`;
  return NAME.test(name) ? name : undefined;
}

function byRule(module: string, type: string): string {
  // The AWS package has a second form, V2, of some types that Terraform has once.
  const own = snake(module === "s3" ? type.replace(/V2$/, "") : type);
  // Types of small packages stand in one module, which Terraform does not name, and some types repeat their module.
  if (module === "" || module === "index" || own === module || own.startsWith(`${module}_`)) return own;
  return `${module}_${own}`;
}

/** What Terraform calls a list of blocks, by its Pulumi path in a type. */
export function blockName(token: string, path: string): string {
  const exact = BLOCKS[token]?.[path];
  if (exact !== undefined) return exact;
  const name = path.slice(path.lastIndexOf(".") + 1);
  const known = PACKAGES.get(token.slice(0, token.indexOf(":")));
  const plural = (known?.blocks === "plural") !== (known?.otherBlocks.has(name) ?? false);
  return plural ? snake(name) : singular(snake(name));
}
