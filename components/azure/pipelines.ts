/** Training pipelines: steps with an identity and a cluster each, the images' gate, and the schedule that holds the job. */
import { ComponentVersion } from "@pulumi/azure-native/machinelearningservices/componentVersion.js";
import { EnvironmentVersion } from "@pulumi/azure-native/machinelearningservices/environmentVersion.js";
import { ModelContainer } from "@pulumi/azure-native/machinelearningservices/modelContainer.js";
import { Schedule } from "@pulumi/azure-native/machinelearningservices/schedule.js";
import * as pulumi from "@pulumi/pulumi";
import { fit, shortHash } from "../names.ts";
import { type PipelinePlan, planPipeline, registersModels, type StepPlan } from "../pipelines.ts";
import { GATE_STEP } from "../training-spec.ts";
import { cloudOf } from "./clouds.ts";
import { WorkloadIdentity } from "./identities.ts";
import { resourceGroupId, resourceId } from "./ids.ts";
import { GATE_DIGEST, GATE_REPOSITORY } from "./image-gate.ts";
import { imageReference, registryServer } from "./image-repositories.ts";
import { parsePipeline, type TrainingPipelineArgs } from "./pipeline-args.ts";
import { type ComponentPlan, type Definition, type DefinitionTies, pipelineDefinition } from "./pipeline-definition.ts";
import { type GrantTies, gateGrants, type StepGrant, stepGrants } from "./pipeline-roles.ts";
import { assignRole } from "./roles.ts";
import { type MachineWish, PrivateTrainingCluster, stepMachines } from "./training-cluster.ts";

/**
 * An Azure ML pipeline. Each step has an identity that may do what the step names, and a cluster that has this identity;
 * the first step judges the images of all others. A schedule holds the job: it starts it, and people may trigger it.
 */
export class TrainingPipeline extends pulumi.ComponentResource {
  /** Resource id of the schedule, known before it exists: the scope of the right to start the pipeline. */
  readonly scheduleId: string;
  /** The same id, as an output of the schedule. */
  readonly pipelineId: pulumi.Output<string>;
  /** Names of the steps' identities, which are their users in databases, by step. */
  readonly identityNames: pulumi.Output<Record<string, string>>;
  /** Object ids of the steps' identities by step. */
  readonly principalIds: pulumi.Output<Record<string, string>>;

  private readonly name: string;
  private readonly args: TrainingPipelineArgs;
  private readonly plan: PipelinePlan;
  private readonly principals: Record<string, pulumi.Output<string>> = {};

  /**
   * @param name Name of the component; its children's names begin with it.
   * @param args Steps, workspace, and what steps name.
   * @param opts Resource options.
   * @throws InvalidInputError that lists everything wrong with the steps, before any resource is registered.
   */
  constructor(name: string, args: TrainingPipelineArgs, opts?: pulumi.ComponentResourceOptions) {
    const plan = planPipeline(parsePipeline(name, args));
    super("secure-ml-workspace:azure:TrainingPipeline", name, {}, opts);
    this.name = name;
    this.args = args;
    this.plan = plan;
    const clusters = [this.createGateCluster(), ...plan.steps.map((step) => this.createStepCluster(step))];
    const definition = pipelineDefinition(plan, this.definitionTies());
    const components = definition.components.map((component) => this.createComponent(component));
    const models = registersModels(plan) ? [this.createModels()] : [];
    const schedule = this.createSchedule(definition, [...clusters, ...components, ...models]);
    this.scheduleId = `${workspaceIdOf(args)}/schedules/${plan.spec.name}`;
    this.pipelineId = schedule.id;
    this.identityNames = pulumi.output(
      Object.fromEntries(plan.steps.map(({ spec }) => [spec.name, nameOfIdentity(args, plan, spec.name)])),
    );
    this.principalIds = pulumi.output(this.principals);
    this.registerOutputs({ pipelineId: this.pipelineId, principalIds: this.principalIds });
  }

  /** The gate reads what Defender found, and no data. */
  private createGateCluster(): pulumi.Resource {
    const identity = this.createIdentity(GATE_STEP, gateGrants(this.args.scanReaderRole, this.grantTies()));
    return this.createCluster(GATE_STEP, identity, { size: "small" }, { nodes: 1, spot: false });
  }

  private createStepCluster(step: StepPlan): pulumi.Resource {
    const { size, machineType, accelerator } = this.args;
    const { name, nodes, spot } = step.spec;
    const identity = this.createIdentity(name, stepGrants(step, this.grantTies()));
    const machines = stepMachines(step, { size, machineType, accelerator });
    this.principals[name] = identity.principalId;
    return this.createCluster(name, identity, machines, { nodes, spot });
  }

  private createCluster(
    step: string,
    identity: StepIdentity,
    machines: MachineWish,
    { nodes, spot }: { nodes: number; spot: boolean },
  ): pulumi.Resource {
    const { resourceGroupName, workspaceName, location, idleMinutes, subnetId, tags } = this.args;
    return new PrivateTrainingCluster(
      `${this.name}-${step}`,
      {
        ...{ resourceGroupName, workspaceName, location, idleMinutes, subnetId, tags },
        ...machines,
        clusterName: clusterName(this.args, this.plan, step),
        identityId: identity.id,
        maxNodes: nodes,
        spot,
      },
      { parent: this, dependsOn: identity.usable },
    );
  }

  private createIdentity(step: string, grants: StepGrant[]): StepIdentity {
    const { subscriptionId, resourceGroupName, location, tags } = this.args;
    const child = `${this.name}-${step}`;
    const identityName = nameOfIdentity(this.args, this.plan, step);
    const identity = new WorkloadIdentity(
      `${child}-identity`,
      { subscriptionId, resourceGroupName, location, tags, identityName },
      { parent: this },
    );
    const { principalId, identityId } = identity;
    const principal = { principalId, principalType: "ServicePrincipal", principalKey: identityId };
    const assigned = grants.map(({ label: grant, ...rest }) =>
      assignRole(`${child}-${grant}`, { ...rest, ...principal }, { parent: this }),
    );
    return { id: identityId, principalId, usable: [...identity.usable, ...assigned] };
  }

  private createComponent({ step, name, version, environment, spec }: ComponentPlan): pulumi.Resource {
    const { resourceGroupName, workspaceName } = this.args;
    const child = `${this.name}-${step}`;
    const place = { resourceGroupName, workspaceName };
    const made = new EnvironmentVersion(
      `${child}-environment`,
      {
        ...place,
        name: environment.name,
        version: environment.version,
        properties: { image: environment.image, osType: "Linux", isAnonymous: false },
      },
      { parent: this },
    );
    const properties = { componentSpec: spec, isAnonymous: false };
    return new ComponentVersion(
      `${child}-component`,
      { ...place, name, version, properties },
      { parent: this, dependsOn: [made] },
    );
  }

  /** Where the versions of the model are registered; the image that serves them is a tag. */
  private createModels(): pulumi.Resource {
    const { resourceGroupName, workspaceName } = this.args;
    const step = this.plan.steps.find(({ spec }) => spec.kind === "register")!;
    return new ModelContainer(
      `${this.name}-models`,
      {
        name: modelNameOf(this.args),
        resourceGroupName,
        workspaceName,
        properties: {
          description: `Models of the pipeline ${this.plan.spec.name}`,
          tags: { "serving-image": this.imageOf(step) },
        },
      },
      { parent: this },
    );
  }

  /** Data scientists trigger the schedule, so that a pipeline on demand has one as well, which has not begun to fire. */
  private createSchedule({ job }: Definition, dependsOn: pulumi.Resource[]): Schedule {
    const { resourceGroupName, workspaceName } = this.args;
    const { name, schedule } = this.plan.spec;
    return new Schedule(
      `${this.name}-schedule`,
      {
        name,
        resourceGroupName,
        workspaceName,
        properties: {
          displayName: name,
          description: `Steps: ${this.plan.steps.map((step) => step.spec.name).join(", ")}`,
          isEnabled: true,
          trigger: {
            triggerType: "Cron",
            expression: schedule ?? "0 0 * * 0",
            timeZone: "UTC",
            ...(schedule ? {} : { startTime: ON_DEMAND_START }),
          },
          action: { actionType: "CreateJob", jobDefinition: job },
        },
      },
      { parent: this, dependsOn },
    );
  }

  private grantTies(): GrantTies {
    const { workspaceStorageId, registryId, parameterStoreId, dataStores, secrets = [] } = this.args;
    return {
      ...{ workspaceStorageId, registryId, parameterStoreId },
      containerIdOf: (dataStore) => dataStores.find(({ name }) => name === dataStore)!.containerId,
      secretIdOf: (secret) => secrets.find(({ name }) => name === secret)!.secretId,
    };
  }

  private definitionTies(): DefinitionTies {
    const { args, plan } = this;
    const { subscriptionId, location, parameterStoreId = "", databases = [], secrets = [], parameters = [] } = args;
    const cloud = cloudOf(location);
    const store = parameterStoreId.split("/").at(-1)!;
    return {
      subscriptionId,
      resourceManagerUrl: cloud.resourceManagerUrl,
      workspaceId: workspaceIdOf(args),
      imageOf: (step) => this.imageOf(step),
      gateImage: this.gateImage(),
      gatedImages: this.gatedImages(),
      clusterOf: (step) => clusterName(args, plan, step),
      datastoreOf: (dataStore) => args.dataStores.find(({ name }) => name === dataStore)!.datastoreName,
      secretUri: (secret) => secretUriOf(secrets.find(({ name }) => name === secret)!.secretId, cloud.vaultSuffix),
      parameterUrl: (parameter) => {
        const key = parameters.find(({ name }) => name === parameter)!.key ?? parameter;
        return `https://${store}.${cloud.configurationSuffix}/kv/${key}`;
      },
      databasePlace: (step, database) => {
        const { host, port = 5432, identitySignIn } = databases.find(({ name }) => name === database)!;
        return { host, port, user: identitySignIn ? nameOfIdentity(args, plan, step.spec.name) : undefined };
      },
      modelName: modelNameOf(args),
    };
  }

  private imageOf({ image }: StepPlan): string {
    const entry = this.args.images.find(({ name }) => name === image.repository)!;
    return imageReference(this.server(), entry.repositoryName ?? entry.name, image);
  }

  private gateImage(): string {
    const repository = this.args.gateRepositoryName ?? GATE_REPOSITORY;
    return imageReference(this.server(), repository, { repository, path: "", digest: GATE_DIGEST });
  }

  private server(): string {
    return registryServer(this.args.registryId.split("/").at(-1)!, this.args.location);
  }

  /** Every image of the pipeline once, that which serves the model as well. */
  private gatedImages() {
    const gated = this.plan.steps.map((step) => {
      const { severityLimit = "medium" } = this.args.images.find(({ name }) => name === step.image.repository)!;
      return { image: this.imageOf(step), digest: step.image.digest, severityLimit };
    });
    return [...new Map(gated.map((entry) => [entry.image, entry])).values()];
  }
}

/** When the schedule of a pipeline on demand begins to fire. */
const ON_DEMAND_START = "2099-12-31T00:00:00";

/** The identity of a step. */
interface StepIdentity {
  id: string;
  principalId: pulumi.Output<string>;
  usable: pulumi.Resource[];
}

function workspaceIdOf({ subscriptionId, resourceGroupName, workspaceName }: TrainingPipelineArgs): string {
  const group = resourceGroupId(subscriptionId, resourceGroupName);
  return resourceId(group, "Microsoft.MachineLearningServices/workspaces", workspaceName);
}

/** PostgreSQL takes at most 63 characters as the name of a user, which is that of the identity. */
function nameOfIdentity({ identityPrefix }: TrainingPipelineArgs, { spec }: PipelinePlan, step: string): string {
  return fit(`${identityPrefix}-${spec.name}-${step}`, 63);
}

/** A cluster's name has at most 24 characters, so that a hash stands for the step. */
function clusterName(args: TrainingPipelineArgs, { spec }: PipelinePlan, step: string): string {
  return `${args.clusterPrefix}-${shortHash(`${workspaceIdOf(args)}/${spec.name}/${step}`)}`;
}

function modelNameOf({ modelName, pipeline }: TrainingPipelineArgs): string {
  return modelName ?? pipeline.name;
}

function secretUriOf(secretId: string, vaultSuffix: string): string {
  const [, vault, secret] = /\/vaults\/([^/]+)\/secrets\/([^/]+)$/i.exec(secretId) ?? [];
  return `https://${vault}.${vaultSuffix}/secrets/${secret}`;
}
