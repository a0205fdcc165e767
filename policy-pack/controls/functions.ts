/** Controls of functions and container services beside a workspace. */
import { mustBeDedicatedAccount } from "../checks/google-defaults.ts";
import { inEach } from "../checks/places.ts";
import { onJsonInput } from "../checks/providers.ts";
import { grantTypes, noPublicMember } from "../checks/public-members.ts";
import { mustHoldNoSecrets } from "../checks/secrets.ts";
import { WORKFLOW } from "../checks/vertex-pipelines.ts";
import type { Check, Control, Topic } from "../control.ts";
import {
  anyOf,
  type Finding,
  mustBeOneOf,
  mustBeSet,
  mustEqual,
  mustNotEqual,
  unless,
  type WhenAbsent,
} from "../findings.ts";

const LAMBDA = "aws:lambda/function:Function";
const ECS_TASK = "aws:ecs/taskDefinition:TaskDefinition";
const CODEBUILD = "aws:codebuild/project:Project";
const RUN_SERVICE = "gcp:cloudrunv2/service:Service";
const RUN_JOB = "gcp:cloudrunv2/job:Job";
const FUNCTION = "gcp:cloudfunctionsv2/function:Function";
/** Functions of the first generation. */
const FUNCTION_V1 = "gcp:cloudfunctions/function:Function";
/** App Service: web applications and functions. */
const WEB_APP = "azure-native:web:WebApp";
const CONTAINER_APP = "azure-native:app:ContainerApp";
const CONTAINER_APPS_ENVIRONMENT = "azure-native:app:ManagedEnvironment";
const CONTAINER_GROUP = "azure-native:containerinstance:ContainerGroup";

const REQUIRED = { absent: "violates" } as const;

/** A check of properties alone. */
function check(
  types: string[],
  whenAbsent: WhenAbsent,
  cloudDefault: string,
  evaluate: (props: object) => Finding[],
): Check {
  return { types, whenAbsent, cloudDefault, evaluate: ({ props }) => evaluate(props) };
}

const callersNamed: Control = {
  id: "function-callers-named",
  title: "Functions and services are called by named callers only",
  severity: "high",
  why: "Whoever finds the address of a function without sign-in runs it, with all rights of its identity.",
  remedy: "Let callers sign in with IAM, and grant the right to call to identities by name.",
  frameworks: {
    nist80053: ["AC-3", "AC-6", "IA-2"],
    iso27001: ["A.5.15", "A.8.5"],
    soc2: ["CC6.1", "CC6.6"],
    pciDss: ["7.2.1"],
    securityHub: ["Lambda.1"],
    googlePolicy: ["constraints/iam.allowedPolicyMemberDomains"],
    checkov: ["CKV_AWS_258", "CKV_AWS_301", "CKV_GCP_102", "CKV_GCP_107"],
  },
  checks: {
    aws: [
      check(["aws:lambda/functionUrl:FunctionUrl"], "violates", "must be given", (props) =>
        mustEqual(props, "authorizationType", "AWS_IAM", REQUIRED),
      ),
      check(["aws:lambda/permission:Permission"], "complies", "must be given", (props) =>
        unless(mustBeSet(props, "principalOrgId"), mustNotEqual(props, "principal", "*")),
      ),
    ],
    gcp: [
      check([RUN_SERVICE], "complies", "callers sign in", (props) => mustNotEqual(props, "invokerIamDisabled", true)),
      check(
        [
          "gcp:cloudrunv2/serviceIam",
          "gcp:cloudrunv2/jobIam",
          "gcp:cloudrun/iam",
          "gcp:cloudfunctionsv2/functionIam",
          "gcp:cloudfunctions/functionIam",
        ].flatMap(grantTypes),
        "complies",
        "nobody is granted anything",
        noPublicMember,
      ),
    ],
  },
};

const noPublicIngress: Control = {
  id: "function-no-public-ingress",
  title: "Functions and services are not reached from the internet",
  severity: "high",
  why: "An address on the internet is scanned within minutes, and every flaw of the code behind it is open to everybody.",
  remedy: "Admit internal traffic only, through private endpoints or an internal load balancer.",
  frameworks: {
    nist80053: ["AC-4", "SC-7"],
    iso27001: ["A.8.20", "A.8.22"],
    soc2: ["CC6.6"],
    pciDss: ["1.3.1", "1.4.4"],
    securityHub: ["ECS.2"],
    azurePolicy: ["1b5ef780"],
    googlePolicy: ["constraints/run.allowedIngress", "constraints/cloudfunctions.allowedIngressSettings"],
    checkov: ["CKV_AWS_333", "CKV_GCP_124", "CKV_AZURE_222"],
  },
  checks: {
    aws: [
      check(["aws:ecs/service:Service"], "complies", "no public address", (props) =>
        mustNotEqual(props, "networkConfiguration.assignPublicIp", true),
      ),
    ],
    gcp: [
      check([RUN_SERVICE], "violates", "all traffic", (props) =>
        mustBeOneOf(
          props,
          "ingress",
          ["INGRESS_TRAFFIC_INTERNAL_ONLY", "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"],
          REQUIRED,
        ),
      ),
      check([FUNCTION], "violates", "all traffic", (props) =>
        mustAdmitInternal(props, "serviceConfig.ingressSettings"),
      ),
      check([FUNCTION_V1], "violates", "all traffic", (props) => mustAdmitInternal(props, "ingressSettings")),
    ],
    azure: [
      check([WEB_APP], "violates", "reachable from the internet", (props) =>
        mustEqual(props, "publicNetworkAccess", "Disabled", REQUIRED),
      ),
      check([CONTAINER_APPS_ENVIRONMENT], "violates", "reachable from the internet", (props) =>
        anyOf(
          mustEqual(props, "publicNetworkAccess", "Disabled", REQUIRED),
          mustEqual(props, "vnetConfiguration.internal", true, REQUIRED),
        ),
      ),
      check([CONTAINER_APP], "complies", "reachable within its environment at most", (props) =>
        mustNotEqual(props, "configuration.ingress.external", true),
      ),
      check([CONTAINER_GROUP], "complies", "no address", (props) => mustNotEqual(props, "ipAddress.type", "Public")),
    ],
  },
};

function mustAdmitInternal(props: object, path: string): Finding[] {
  return mustBeOneOf(props, path, ["ALLOW_INTERNAL_ONLY", "ALLOW_INTERNAL_AND_GCLB"], REQUIRED);
}

const privateNetwork: Control = {
  id: "function-private-network",
  title: "Functions and containers send their traffic through a private network",
  severity: "medium",
  why: "Outside a network of one's own no firewall, proxy or flow log sees where the data goes.",
  remedy: "Give subnets, a connector or a network interface.",
  frameworks: {
    nist80053: ["AC-4", "SC-7"],
    iso27001: ["A.8.20", "A.8.22"],
    soc2: ["CC6.6"],
    securityHub: ["Lambda.3"],
    googlePolicy: ["constraints/cloudfunctions.requireVPCConnector"],
    checkov: ["CKV_AWS_117"],
  },
  checks: {
    aws: [
      check([LAMBDA], "violates", "a network of AWS with a way to the internet", (props) =>
        mustBeSet(props, "vpcConfig.subnetIds", "list"),
      ),
      check([CODEBUILD], "violates", "a network of AWS with a way to the internet", (props) =>
        mustBeSet(props, "vpcConfig.subnets", "list"),
      ),
    ],
    gcp: [
      check([RUN_SERVICE], "violates", "straight to the internet", (props) => mustUseVpc(props, "template.vpcAccess")),
      check([RUN_JOB], "violates", "straight to the internet", (props) =>
        mustUseVpc(props, "template.template.vpcAccess"),
      ),
      check([FUNCTION], "violates", "straight to the internet", (props) =>
        anyOf(
          mustBeSet(props, "serviceConfig.vpcConnector"),
          mustBeSet(props, "serviceConfig.directVpcNetworkInterfaces", "list"),
        ),
      ),
      check([FUNCTION_V1], "violates", "straight to the internet", (props) => mustBeSet(props, "vpcConnector")),
    ],
    azure: [
      check([WEB_APP], "violates", "straight to the internet", (props) => mustBeSet(props, "virtualNetworkSubnetId")),
      check([CONTAINER_APPS_ENVIRONMENT], "violates", "a network of Microsoft's", (props) =>
        mustBeSet(props, "vnetConfiguration.infrastructureSubnetId"),
      ),
      check([CONTAINER_GROUP], "violates", "straight to the internet", (props) =>
        mustBeSet(props, "subnetIds", "list"),
      ),
    ],
  },
};

function mustUseVpc(props: object, vpcAccess: string): Finding[] {
  return anyOf(mustBeSet(props, `${vpcAccess}.connector`), mustBeSet(props, `${vpcAccess}.networkInterfaces`, "list"));
}

/** Where each type keeps what its code is started with. */
const TEXTS: [cloud: "aws" | "gcp" | "azure", type: string, places: string[]][] = [
  ["aws", LAMBDA, ["environment.variables"]],
  ["aws", CODEBUILD, ["environment.environmentVariables"]],
  ["gcp", RUN_SERVICE, ofContainers("template.containers[]", "envs")],
  ["gcp", RUN_JOB, ofContainers("template.template.containers[]", "envs")],
  ["gcp", FUNCTION, ["serviceConfig.environmentVariables", "buildConfig.environmentVariables"]],
  ["gcp", FUNCTION_V1, ["environmentVariables", "buildEnvironmentVariables"]],
  ["gcp", WORKFLOW, ["sourceContents", "userEnvVars"]],
  ["azure", WEB_APP, ["siteConfig.appSettings", "siteConfig.connectionStrings"]],
  ["azure", CONTAINER_APP, ofContainers("template.containers[]", "env")],
  ["azure", CONTAINER_GROUP, ["containers[].environmentVariables", "containers[].command"]],
];

function ofContainers(containers: string, variables: string): string[] {
  return [variables, "args", "command", "commands"].map((name) => `${containers}.${name}`);
}

function secretChecks(wanted: "aws" | "gcp" | "azure"): Check[] {
  return TEXTS.filter(([cloud]) => cloud === wanted).map(([, type, places]) =>
    check([type], "complies", "no variables", (props) =>
      inEach(props, places, (path) => mustHoldNoSecrets(props, path)),
    ),
  );
}

const noSecrets: Control = {
  id: "function-no-secrets-in-environment",
  title: "Variables and commands of functions and containers hold no credentials",
  severity: "critical",
  why: "They are stored in plain text, and everyone who may describe the function can read them.",
  remedy: "Keep the credential in the cloud's secret store, and refer to it there.",
  frameworks: {
    nist80053: ["IA-5", "SC-28"],
    iso27001: ["A.5.17"],
    soc2: ["CC6.1"],
    pciDss: ["8.6.2"],
    securityHub: ["CodeBuild.2", "ECS.8"],
    checkov: ["CKV_AWS_45"],
  },
  checks: {
    aws: [
      ...secretChecks("aws"),
      check([ECS_TASK], "complies", "no variables", (props) =>
        // The definitions are one text, which holds JSON.
        onJsonInput(props, "containerDefinitions", (inputs) =>
          inEach(inputs, ofContainers("containerDefinitions[]", "environment"), (path) =>
            mustHoldNoSecrets(inputs, path),
          ),
        ),
      ),
    ],
    gcp: secretChecks("gcp"),
    azure: secretChecks("azure"),
  },
};

const dedicatedIdentity: Control = {
  id: "function-dedicated-identity",
  title: "Functions and containers run with an identity of their own",
  severity: "medium",
  why: "A default identity is shared by everything in the project; without any, code keeps passwords instead.",
  remedy: "Give a task role, a service account or a managed identity that is made for the purpose.",
  frameworks: {
    nist80053: ["AC-6", "IA-5"],
    iso27001: ["A.5.16", "A.8.2"],
    soc2: ["CC6.3"],
    pciDss: ["7.2.5"],
    checkov: ["CKV_AZURE_71"],
  },
  checks: {
    aws: [check([ECS_TASK], "violates", "no identity", (props) => mustBeSet(props, "taskRoleArn"))],
    gcp: [
      [RUN_SERVICE, "template.serviceAccount"] as const,
      [RUN_JOB, "template.template.serviceAccount"] as const,
      [FUNCTION, "serviceConfig.serviceAccountEmail"] as const,
      [FUNCTION_V1, "serviceAccountEmail"] as const,
    ].map(([type, path]) =>
      check([type], "violates", "a default service account of the project", (props) =>
        mustBeDedicatedAccount(props, path),
      ),
    ),
    azure: [
      check([WEB_APP, CONTAINER_APP, CONTAINER_GROUP], "violates", "no identity", (props) => [
        ...mustBeSet(props, "identity.type"),
        ...mustNotEqual(props, "identity.type", "None"),
      ]),
    ],
  },
};

/** Controls of functions and container services beside a workspace. */
export const functions: Topic = {
  title: "Functions and containers",
  controls: [callersNamed, noPublicIngress, privateNetwork, noSecrets, dedicatedIdentity],
};
