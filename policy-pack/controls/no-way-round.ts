/**
 * Controls of resources that hide others from the pack.
 *
 * Remote components, whose code runs in a plugin, are not among them: the engine registers their children one by one,
 * and the pack judges each of them like any other resource. Only an offline preview cannot see such children; it says
 * so itself, and blocks. Resources that a program only reads (`get`) never reach a policy pack at all.
 */
import { isListed } from "../checks/allow-lists.ts";
import type { Check, Context, Control, ResourceView, Topic } from "../control.ts";
import { type Finding, violation } from "../findings.ts";

/** Templates, generic resources and whatever else makes resources that the engine never hears of. */
const AWS_TYPES = [
  "aws:cloudformation/stack:Stack",
  "aws:cloudformation/stackSet:StackSet",
  "aws:cloudformation/stackSetInstance:StackSetInstance",
  "aws:cloudformation/stackInstances:StackInstances",
  "aws:cloudcontrol/resource:Resource",
  "aws:serverlessrepository/cloudFormationStack:CloudFormationStack",
  "aws:servicecatalog/provisionedProduct:ProvisionedProduct",
  "aws:sagemaker/project:Project",
  "aws:lambda/invocation:Invocation",
  "aws-native:cloudformation:Stack",
  "aws-native:cloudformation:StackSet",
  "aws-native:cloudformation:ChangeSet",
  "aws-native:cloudformation:CustomResourceEmulator",
  "aws-native:index:ExtensionResource",
  "aws-native:sagemaker:Project",
  "aws-native:servicecatalog:CloudFormationProvisionedProduct",
];

/** Deployment Manager, and Infrastructure Manager, which applies Terraform blueprints. */
const GCP_TYPES = ["gcp:deploymentmanager/deployment:Deployment", "gcp:configdeployment/deployment:Deployment"];

const AZURE_TYPES = [
  "azure-native:resources:Deployment",
  "azure-native:resources:DeploymentAtManagementGroupScope",
  "azure-native:resources:DeploymentAtScope",
  "azure-native:resources:DeploymentAtSubscriptionScope",
  "azure-native:resources:DeploymentAtTenantScope",
  "azure-native:resources:DeploymentStackAtManagementGroup",
  "azure-native:resources:DeploymentStackAtResourceGroup",
  "azure-native:resources:DeploymentStackAtSubscription",
  "azure-native:resources:Resource",
  "azure-native:resources:AzureCliScript",
  "azure-native:resources:AzurePowerShellScript",
  "azure-native:devtestlab:Environment",
  "azure-native:solutions:Application",
  "azure-native:blueprint:Assignment",
  "azure-native:customproviders:CustomResourceProvider",
  "azure-native:customproviders:Association",
  "azure:core/resourceGroupTemplateDeployment:ResourceGroupTemplateDeployment",
  "azure:core/subscriptionTemplateDeployment:SubscriptionTemplateDeployment",
  "azure:core/tenantTemplateDeployment:TenantTemplateDeployment",
  "azure:core/resourceDeploymentScriptAzureCli:ResourceDeploymentScriptAzureCli",
  "azure:core/resourceDeploymentScriptPowerShell:ResourceDeploymentScriptPowerShell",
  "azure:core/customProvider:CustomProvider",
];

/** Code of the program's own, on any cloud. */
const CODE_TYPES = [
  "pulumi-nodejs:dynamic:Resource",
  "pulumi-python:dynamic:Resource",
  "command:local:Command",
  "command:remote:Command",
  "command:remote:CopyFile",
  "command:remote:CopyToRemote",
];

const hiddenResourcesListed: Control = {
  id: "hidden-resources-listed",
  title: "Resources that hide others from the policies are on the allow-list",
  severity: "high",
  why: "What a template, a generic resource, a script or a command makes has no type of its own: no other control sees it.",
  remedy: "Declare what it makes as resources of the program, or add it to `allowed` after reading what it does.",
  frameworks: {
    nist80053: ["CM-3", "CM-7", "SA-10"],
    iso27001: ["A.8.9", "A.8.32"],
    soc2: ["CC8.1"],
    pciDss: ["6.5.1"],
  },
  parameters: {
    allowed: {
      description:
        "Resources that may hide others, each as `type::name`; in both parts `*` stands for any text. " +
        "Dynamic resources have the type `pulumi-nodejs:dynamic:Resource`, whatever they are called in the program.",
      type: "array",
      default: [],
    },
  },
  checks: {
    // Code can work on any cloud. A type is judged once, so it stands under one of them.
    aws: [
      forbid(AWS_TYPES, "a template, or a request that another service carries out"),
      forbid(CODE_TYPES, "any code"),
    ],
    gcp: [forbid(GCP_TYPES, "a template")],
    azure: [forbid(AZURE_TYPES, "a template, a script, or a resource of any type")],
  },
};

function forbid(types: string[], cloudDefault: string): Check {
  return { types, whenAbsent: "violates", cloudDefault, forbidsType: true, evaluate: mustBeAllowed };
}

function mustBeAllowed({ type, name }: ResourceView, context: Context): Finding[] {
  const entry = `${type}::${name}`;
  if (isListed(context.list("allowed"), entry)) return [];
  const problem = "the policies cannot see what it makes; declare that in the program";
  return [violation(`${problem}, or add "${entry}" to allowed`)];
}

/** Controls of resources that hide others from the pack. */
export const noWayRound: Topic = { title: "No way round", controls: [hiddenResourcesListed] };
