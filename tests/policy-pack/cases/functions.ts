import type { ControlCases, ResourceCase } from "../cases.ts";
import { unknown } from "../server.ts";

/** The same cases on several types. */
function on(control: string, types: string[], cases: ResourceCase[]): ControlCases[] {
  return types.map((type) => ({ control, type, cases }));
}

/** Builds nested properties with a value at the path; `[]` stands for a list with one element. */
function at(path: string, value: unknown): Record<string, unknown> {
  const [key, ...rest] = path.split(".") as [string, ...string[]];
  const inner = rest.length === 0 ? value : at(rest.join("."), value);
  return key.endsWith("[]") ? { [key.slice(0, -2)]: [inner] } : { [key]: inner };
}

/** The three resources that grant on something. */
function grants(prefix: string, name: string): [member: string, binding: string, policy: string] {
  return [`${prefix}Member:${name}Member`, `${prefix}Binding:${name}Binding`, `${prefix}Policy:${name}Policy`];
}

const policyData = (member: string) => JSON.stringify({ bindings: [{ role: "roles/run.invoker", members: [member] }] });

const granted: ControlCases[] = [
  grants("gcp:cloudrunv2/serviceIam", "ServiceIam"),
  grants("gcp:cloudrunv2/jobIam", "JobIam"),
  grants("gcp:cloudrun/iam", "Iam"),
  grants("gcp:cloudfunctionsv2/functionIam", "FunctionIam"),
  grants("gcp:cloudfunctions/functionIam", "FunctionIam"),
].flatMap(([member, binding, policy]) => [
  ...on(
    "function-callers-named",
    [member],
    [
      ["one account", { member: "serviceAccount:a@p.iam.gserviceaccount.com" }, "complies"],
      ["everybody", { member: "allUsers" }, "violates"],
      ["an account that is not known yet", { member: unknown }, "complies"],
    ],
  ),
  ...on(
    "function-callers-named",
    [binding],
    [
      ["one account", { members: ["serviceAccount:a@p.iam.gserviceaccount.com"] }, "complies"],
      ["everybody with an account at Google", { members: ["user:a@example.com", "allAuthenticatedUsers"] }, "violates"],
    ],
  ),
  ...on(
    "function-callers-named",
    [policy],
    [
      ["one account", { policyData: policyData("user:a@example.com") }, "complies"],
      ["everybody", { policyData: policyData("allUsers") }, "violates"],
      ["not known yet", { policyData: unknown }, "undecided"],
    ],
  ),
]);

const callers: ControlCases[] = [
  ...on(
    "function-callers-named",
    ["aws:lambda/functionUrl:FunctionUrl"],
    [
      ["IAM", { authorizationType: "AWS_IAM" }, "complies"],
      ["nobody signs in", { authorizationType: "NONE" }, "violates"],
      ["not known yet", { authorizationType: unknown }, "undecided"],
    ],
  ),
  ...on(
    "function-callers-named",
    ["aws:lambda/permission:Permission"],
    [
      ["one account", { principal: "111122223333" }, "complies"],
      ["everybody", { principal: "*", functionUrlAuthType: "NONE" }, "violates"],
      ["everybody of the organization", { principal: "*", principalOrgId: "o-1" }, "complies"],
      ["not known yet", { principal: unknown }, "undecided"],
    ],
  ),
  ...on(
    "function-callers-named",
    ["gcp:cloudrunv2/service:Service"],
    [
      ["callers sign in", { invokerIamDisabled: false }, "complies"],
      ["nobody signs in", { invokerIamDisabled: true }, "violates"],
      ["not known yet", { invokerIamDisabled: unknown }, "undecided"],
    ],
  ),
  ...granted,
];

/** One setting that decides by its value. */
function decided(control: string, type: string, path: string, good: unknown, bad: unknown): ControlCases[] {
  return on(
    control,
    [type],
    [
      [`${path} as it must be`, at(path, good), "complies"],
      [`${path} otherwise`, at(path, bad), "violates"],
      [`${path} not known yet`, at(path, unknown), "undecided"],
    ],
  );
}

/** One setting that only has to be there. */
function given(control: string, type: string, path: string, value: unknown): ControlCases[] {
  return on(
    control,
    [type],
    [
      [`${path} given`, at(path, value), "complies"],
      [`${path} empty`, at(path, Array.isArray(value) ? [] : ""), "violates"],
      [`${path} not known yet`, at(path, unknown), "complies"],
    ],
  );
}

const INGRESS = "function-no-public-ingress";
const ingress: ControlCases[] = [
  ...decided(INGRESS, "aws:ecs/service:Service", "networkConfiguration.assignPublicIp", false, true),
  ...decided(
    INGRESS,
    "gcp:cloudrunv2/service:Service",
    "ingress",
    "INGRESS_TRAFFIC_INTERNAL_ONLY",
    "INGRESS_TRAFFIC_ALL",
  ),
  ...on(
    INGRESS,
    ["gcp:cloudrunv2/service:Service"],
    [["through a load balancer", { ingress: "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER" }, "complies"]],
  ),
  ...decided(
    INGRESS,
    "gcp:cloudfunctionsv2/function:Function",
    "serviceConfig.ingressSettings",
    "ALLOW_INTERNAL_AND_GCLB",
    "ALLOW_ALL",
  ),
  ...decided(INGRESS, "gcp:cloudfunctions/function:Function", "ingressSettings", "ALLOW_INTERNAL_ONLY", "ALLOW_ALL"),
  ...decided(INGRESS, "azure-native:web:WebApp", "publicNetworkAccess", "Disabled", "Enabled"),
  ...decided(INGRESS, "azure-native:app:ManagedEnvironment", "publicNetworkAccess", "Disabled", "Enabled"),
  ...decided(INGRESS, "azure-native:app:ManagedEnvironment", "vnetConfiguration.internal", true, false),
  ...decided(INGRESS, "azure-native:app:ContainerApp", "configuration.ingress.external", false, true),
  ...decided(INGRESS, "azure-native:containerinstance:ContainerGroup", "ipAddress.type", "Private", "Public"),
];

const NETWORK = "function-private-network";
const network: ControlCases[] = [
  ...given(NETWORK, "aws:lambda/function:Function", "vpcConfig.subnetIds", ["subnet-1"]),
  ...given(NETWORK, "aws:codebuild/project:Project", "vpcConfig.subnets", ["subnet-1"]),
  ...given(NETWORK, "gcp:cloudrunv2/service:Service", "template.vpcAccess.connector", "c"),
  ...given(NETWORK, "gcp:cloudrunv2/service:Service", "template.vpcAccess.networkInterfaces", [{ subnetwork: "s" }]),
  ...given(NETWORK, "gcp:cloudrunv2/job:Job", "template.template.vpcAccess.networkInterfaces", [{ subnetwork: "s" }]),
  ...given(NETWORK, "gcp:cloudfunctionsv2/function:Function", "serviceConfig.vpcConnector", "c"),
  ...given(NETWORK, "gcp:cloudfunctionsv2/function:Function", "serviceConfig.directVpcNetworkInterfaces", [
    { network: "n" },
  ]),
  ...given(NETWORK, "gcp:cloudfunctions/function:Function", "vpcConnector", "c"),
  ...given(NETWORK, "azure-native:web:WebApp", "virtualNetworkSubnetId", "/subnets/s"),
  ...given(NETWORK, "azure-native:app:ManagedEnvironment", "vnetConfiguration.infrastructureSubnetId", "/subnets/s"),
  ...given(NETWORK, "azure-native:containerinstance:ContainerGroup", "subnetIds", [{ id: "/subnets/s" }]),
];

const SECRETS = "function-no-secrets-in-environment";
const PASSWORD = "Sup3rS3cretCanary";
const asMap = { MODE: "prod", DB_PASSWORD: PASSWORD };
const asList = [
  { name: "MODE", value: "prod" },
  { name: "DB_PASSWORD", value: PASSWORD },
];
const fine = { MODE: "prod", DB_PASSWORD_SECRET: "projects/p/secrets/db-password" };

/** Variables as a map, or as a list of names and values. */
function variables(type: string, path: string, isList: boolean): ControlCases[] {
  const good = isList ? Object.entries(fine).map(([name, value]) => ({ name, value })) : fine;
  return on(
    SECRETS,
    [type],
    [
      [`${path} without credentials`, at(path, good), "complies"],
      [`${path} with a password`, at(path, isList ? asList : asMap), "violates"],
      [`${path} not known yet`, at(path, unknown), "undecided"],
    ],
  );
}

const definitions = (environment: unknown) => JSON.stringify([{ name: "app", image: "app:1", environment }]);

const secrets: ControlCases[] = [
  ...variables("aws:lambda/function:Function", "environment.variables", false),
  ...variables("aws:codebuild/project:Project", "environment.environmentVariables", true),
  ...on(
    SECRETS,
    ["aws:ecs/taskDefinition:TaskDefinition"],
    [
      ["without credentials", { containerDefinitions: definitions([{ name: "MODE", value: "prod" }]) }, "complies"],
      ["with a password", { containerDefinitions: definitions(asList) }, "violates"],
      [
        "with a password in its command",
        { containerDefinitions: JSON.stringify([{ command: [`--password=${PASSWORD}`] }]) },
        "violates",
      ],
      ["not known yet", { containerDefinitions: unknown }, "undecided"],
      ["not JSON", { containerDefinitions: "[" }, "violates"],
    ],
  ),
  ...variables("gcp:cloudrunv2/service:Service", "template.containers[].envs", true),
  ...variables("gcp:cloudrunv2/job:Job", "template.template.containers[].envs", true),
  ...on(
    SECRETS,
    ["gcp:cloudrunv2/service:Service"],
    [["a token among the arguments", at("template.containers[].args", [`--token=${PASSWORD}`]), "violates"]],
  ),
  ...variables("gcp:cloudfunctionsv2/function:Function", "serviceConfig.environmentVariables", false),
  ...variables("gcp:cloudfunctionsv2/function:Function", "buildConfig.environmentVariables", false),
  ...variables("gcp:cloudfunctions/function:Function", "environmentVariables", false),
  ...variables("gcp:cloudfunctions/function:Function", "buildEnvironmentVariables", false),
  ...variables("gcp:workflows/workflow:Workflow", "userEnvVars", false),
  ...on(
    SECRETS,
    ["gcp:workflows/workflow:Workflow"],
    [["a password in its source", { sourceContents: `main:\n  password: "${PASSWORD}"` }, "violates"]],
  ),
  ...variables("azure-native:web:WebApp", "siteConfig.appSettings", true),
  ...on(
    SECRETS,
    ["azure-native:web:WebApp"],
    [
      [
        "a storage key in a connection string",
        at("siteConfig.connectionStrings[]", {
          name: "s",
          connectionString: `AccountName=a;AccountKey=${"A1".repeat(43)}==`,
        }),
        "violates",
      ],
    ],
  ),
  ...variables("azure-native:app:ContainerApp", "template.containers[].env", true),
  ...variables("azure-native:containerinstance:ContainerGroup", "containers[].environmentVariables", true),
];

const IDENTITY = "function-dedicated-identity";
const identities: ControlCases[] = [
  ...given(IDENTITY, "aws:ecs/taskDefinition:TaskDefinition", "taskRoleArn", "arn:aws:iam::111122223333:role/task"),
  ...[
    ["gcp:cloudrunv2/service:Service", "template.serviceAccount"],
    ["gcp:cloudrunv2/job:Job", "template.template.serviceAccount"],
    ["gcp:cloudfunctionsv2/function:Function", "serviceConfig.serviceAccountEmail"],
    ["gcp:cloudfunctions/function:Function", "serviceAccountEmail"],
  ].flatMap(([type, path]) => [
    ...given(IDENTITY, type!, path!, "score@p.iam.gserviceaccount.com"),
    ...on(
      IDENTITY,
      [type!],
      [["a default account", at(path!, "123456789012-compute@developer.gserviceaccount.com"), "violates"]],
    ),
  ]),
  ...[
    "azure-native:web:WebApp",
    "azure-native:app:ContainerApp",
    "azure-native:containerinstance:ContainerGroup",
  ].flatMap((type) => decided(IDENTITY, type, "identity.type", "UserAssigned", "None")),
];

export const cases: ControlCases[] = [...callers, ...ingress, ...network, ...secrets, ...identities];
