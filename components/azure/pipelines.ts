/** Training pipelines: steps with an identity and a cluster each, the images' gate, and the schedule that holds the job. */
import { ComponentVersion } from "@pulumi/azure-native/machinelearningservices/componentVersion.js";
import { EnvironmentVersion } from "@pulumi/azure-native/machinelearningservices/environmentVersion.js";
import { ModelContainer } from "@pulumi/azure-native/machinelearningservices/modelContainer.js";
import { Schedule } from "@pulumi/azure-native/machinelearningservices/schedule.js";
import * as pulumi from "@pulumi/pulumi";
import type { PipelineArgs } from "../args.ts";
import { fit, shortHash } from "../names.ts";
import { type PipelinePlan, planPipeline, registersModels, type StepPlan } from "../pipelines.ts";
import { InvalidInputError } from "../problems.ts";
import { explainIssue } from "../spec-issues.ts";
import { pipelineProblems } from "../training-problems.ts";
import { GATE_STEP, MODEL_STORE, type PipelineSpec, pipelineSchema } from "../training-spec.ts";
import { cloudOf } from "./clouds.ts";
import { WorkloadIdentity } from "./identities.ts";
import { resourceGroupId, resourceId } from "./ids.ts";
import { GATE_DIGEST, GATE_REPOSITORY } from "./image-gate.ts";
import { imageReference, registryServer } from "./image-repositories.ts";
import { type ComponentPlan, type Definition, type DefinitionTies, pipelineDefinition } from "./pipeline-definition.ts";
import {
  ARTIFACTS_CONDITION,
  folderCondition,
  READ_ACTIONS,
  readFolders,
  type StoreFolders,
  WRITE_ACTIONS,
  writeFolders,
} from "./pipeline-roles.ts";
import { assignRole, BUILT_IN_ROLES, type Grant } from "./roles.ts";
import { azurePipelineProblems } from "./training-checks.ts";
import { type MachineWish, PrivateTrainingCluster, stepMachines } from "./training-cluster.ts";

/** A blob container that steps name. */
export interface PipelineStoreArgs {
  /** Name by which steps know it; `models` is the store that outputs go to by default. */
  name: string;
  /** Resource id of the blob container. */
  containerId: pulumi.Input<string>;
  /** Name of Azure ML's data store for the container, without any credential. */
  datastoreName: string;
  /**
   * `read` or `read-write`.
   * @default "read-write"
   */
  access?: string;
}

/** A repository that steps name. */
export interface PipelineImageArgs {
  /** Name by which steps know it. */
  name: string;
  /**
   * Name of the repository in the registry; of a mirror, the beginning of its repositories' names.
   * @default the name by which steps know it
   */
  repositoryName?: string;
  /**
   * Whether it is a mirror, in which steps name an image by its path.
   * @default false
   */
  mirror?: boolean;
  /**
   * Worst known vulnerability that an image may have: `none`, `low`, `medium`, `high` or `critical`.
   * @default "medium"
   */
  severityLimit?: string;
}

/** A secret that steps name. */
export interface PipelineSecretArgs {
  /** Name by which steps know it. */
  name: string;
  /** Resource id of the secret in a vault that uses Azure RBAC. */
  secretId: string;
}

/** A parameter that steps name. */
export interface PipelineParameterArgs {
  /** Name by which steps know it. */
  name: string;
  /**
   * Key in the App Configuration store.
   * @default the name by which steps know it
   */
  key?: string;
}

/** A database that steps name. */
export interface PipelineDatabaseArgs {
  /** Name by which steps know it. */
  name: string;
  /** Host name, as the managed network resolves it. */
  host: string;
  /**
   * TCP port.
   * @default 5432
   */
  port?: number;
  /**
   * Whether steps sign in with their own identity, whose name is the user.
   * @default false
   */
  identitySignIn?: boolean;
}

/** A training pipeline in an Azure ML workspace that exists. */
export interface TrainingPipelineArgs {
  /** Subscription of the workspace. */
  subscriptionId: string;
  /** Resource group of the workspace. */
  resourceGroupName: string;
  /** Region of the workspace. */
  location: string;
  /** Name of the Azure ML workspace. Its managed network admits approved outbound traffic only. */
  workspaceName: string;
  /** Resource id of the workspace's own storage account, where logs of jobs go. */
  workspaceStorageId: string;
  /** The steps, and when they run. */
  pipeline: PipelineArgs;
  /** Beginning of the names of identities, at most 40 characters. */
  identityPrefix: string;
  /** Beginning of the names of clusters, at most 15 characters. */
  clusterPrefix: string;
  /** Resource id of the container registry. */
  registryId: string;
  /**
   * Name of the repository in the registry that mirrors `mcr.microsoft.com/azurelinux/base/python`, for the gate.
   * @default "ml__gate"
   */
  gateRepositoryName?: string;
  /** GUID of a role that may read Defender's assessments (`Microsoft.Security/assessments/read`). */
  scanReaderRole: string;
  /** Containers; one of them is named `models` where a step writes models. */
  dataStores: PipelineStoreArgs[];
  /** Repositories. */
  images: PipelineImageArgs[];
  /**
   * Secrets.
   * @default []
   */
  secrets?: PipelineSecretArgs[];
  /**
   * Parameters.
   * @default []
   */
  parameters?: PipelineParameterArgs[];
  /**
   * Resource id of the App Configuration store of the parameters.
   * @default none
   */
  parameterStoreId?: string;
  /**
   * Databases.
   * @default []
   */
  databases?: PipelineDatabaseArgs[];
  /**
   * Whether the managed network admits hosts that packages come from.
   * @default false
   */
  packages?: boolean;
  /**
   * Name of the models in the registry.
   * @default the pipeline's name
   */
  modelName?: string;
  /**
   * Cloud-neutral size of the machines of training steps that name none.
   * @default "medium"
   */
  size?: string;
  /**
   * Machine type of training steps that name none. Overrides `size`.
   * @default that of `size`
   */
  machineType?: string;
  /**
   * Accelerator of training steps that name no machine: `t4`, `a100` or `h100`.
   * @default none
   */
  accelerator?: string;
  /**
   * Most machines of a training step.
   * @default 1
   */
  maxNodes?: number;
  /**
   * Minutes that machines wait for the next run before they are given back.
   * @default 15
   */
  idleMinutes?: number;
  /**
   * Id of a subnet, for a workspace without a managed network.
   * @default the workspace's managed network
   */
  subnetId?: pulumi.Input<string>;
  /**
   * Tags.
   * @default {}
   */
  tags?: { [key: string]: string };
}

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
    const plan = planPipeline(checked(name, args));
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
    const { registryId, scanReaderRole } = this.args;
    const scope = registryId.split("/providers/")[0]!;
    const grants = [{ label: "scans", role: scanReaderRole, scope }, this.pullGrant()];
    const identity = this.createIdentity(GATE_STEP, grants);
    return this.createCluster(GATE_STEP, identity, { size: "small" }, { nodes: 1, spot: false });
  }

  private createStepCluster(step: StepPlan): pulumi.Resource {
    const { size, machineType, accelerator } = this.args;
    const { name, nodes, spot } = step.spec;
    const identity = this.createIdentity(name, this.stepGrants(step));
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

  /** Every job writes its logs into Azure ML's own containers, with the identity of its cluster. */
  private createIdentity(step: string, grants: StepGrant[]): StepIdentity {
    const { subscriptionId, resourceGroupName, location, workspaceStorageId, tags } = this.args;
    const child = `${this.name}-${step}`;
    const identityName = nameOfIdentity(this.args, this.plan, step);
    const identity = new WorkloadIdentity(
      `${child}-identity`,
      { subscriptionId, resourceGroupName, location, tags, identityName },
      { parent: this },
    );
    const logs = {
      label: "logs",
      role: BUILT_IN_ROLES.storageBlobDataContributor,
      scope: workspaceStorageId,
      condition: ARTIFACTS_CONDITION,
    };
    const { principalId, identityId } = identity;
    const principal = { principalId, principalType: "ServicePrincipal", principalKey: identityId };
    const assigned = [logs, ...grants].map(({ label: grant, ...rest }) =>
      assignRole(`${child}-${grant}`, { ...rest, ...principal }, { parent: this }),
    );
    return { id: identityId, principalId, usable: [...identity.usable, ...assigned] };
  }

  private pullGrant(): StepGrant {
    return { label: "images", role: BUILT_IN_ROLES.acrPull, scope: this.args.registryId };
  }

  private stepGrants(step: StepPlan): StepGrant[] {
    const { secrets = [], parameterStoreId } = this.args;
    const { spec } = step;
    const named = secrets.filter(({ name }) => spec.secrets.includes(name));
    const grants: StepGrant[] = [
      this.pullGrant(),
      ...this.folderGrants("read", readFolders(step), BUILT_IN_ROLES.storageBlobDataReader, READ_ACTIONS),
      ...this.folderGrants("write", writeFolders(step), BUILT_IN_ROLES.storageBlobDataContributor, WRITE_ACTIONS),
      ...named.map(({ name, secretId }) => ({
        label: `secret-${name}`,
        role: BUILT_IN_ROLES.keyVaultSecretsUser,
        scope: secretId,
      })),
    ];
    if (spec.parameters.length > 0) {
      grants.push({ label: "parameters", role: BUILT_IN_ROLES.appConfigurationDataReader, scope: parameterStoreId! });
    }
    return grants;
  }

  private folderGrants(label: string, stores: StoreFolders[], role: string, actions: string[]): StepGrant[] {
    return stores.map(({ dataStore, folders }) => ({
      label: `${label}-${dataStore}`,
      role,
      scope: this.args.dataStores.find(({ name }) => name === dataStore)!.containerId,
      condition: folderCondition(folders, actions),
    }));
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

  /**
   * Data scientists trigger the schedule, so that a pipeline without one has it as well; it begins when nobody reads this any
   * more. Schedules take no time zone but their own.
   */
  private createSchedule({ job }: Definition, dependsOn: pulumi.Resource[]): Schedule {
    const { resourceGroupName, workspaceName } = this.args;
    const { name, schedule } = this.plan.spec;
    const { jobType, ...jobDefinition } = job;
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
          action: { actionType: "CreateJob", jobDefinition: { jobType, ...jobDefinition } },
        },
      },
      { parent: this, dependsOn },
    );
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

/** One role of a step. */
interface StepGrant extends Pick<Grant, "role" | "scope" | "condition"> {
  /** Short name, unique in the step. */
  label: string;
}

/** The identity of a step. */
interface StepIdentity {
  id: string;
  principalId: pulumi.Output<string>;
  usable: pulumi.Resource[];
}

/** The steps, with every default filled in. */
function checked(name: string, args: TrainingPipelineArgs): PipelineSpec {
  const result = pipelineSchema.safeParse(args.pipeline);
  const issues = result.error?.issues ?? [];
  const namesOf = (entries: { name: string }[] = []) => entries.map((entry) => entry.name);
  const known = {
    dataStores: args.dataStores,
    secrets: namesOf(args.secrets),
    parameters: namesOf(args.parameters),
    databases: namesOf(args.databases),
    images: args.images.map((image) => ({ name: image.name, mirrorOf: image.mirror ? "a registry" : undefined })),
    maxNodes: args.maxNodes ?? 1,
    egress: args.packages ? "packages" : "none",
  };
  const problems = [
    ...issues.flatMap((issue) => explainIssue(issue, pipelineSchema, args.pipeline)),
    ...pipelineProblems(args.pipeline as PipelineSpec, known, ""),
    ...(result.data ? azurePipelineProblems(result.data, "") : []),
    ...storeProblems(args, result.data),
  ];
  if (problems.length > 0 || !result.data) throw new InvalidInputError(`The pipeline ${name}`, problems);
  return result.data;
}

/** What steps name and the arguments leave out. */
function storeProblems({ dataStores, parameters = [], parameterStoreId }: TrainingPipelineArgs, spec?: PipelineSpec) {
  const named = (spec?.steps ?? []).flatMap(({ kind, inputs, outputs }) => [
    ...(kind === "register" ? [MODEL_STORE] : []),
    ...[...inputs, ...outputs].map(({ dataStore }) => dataStore),
  ]);
  const problems = [];
  if (named.includes(MODEL_STORE) && !dataStores.some(({ name }) => name === MODEL_STORE)) {
    problems.push({ path: "dataStores", message: `give the store "${MODEL_STORE}", which steps write to` });
  }
  if (parameters.length > 0 && !parameterStoreId) {
    problems.push({ path: "parameterStoreId", message: "give the App Configuration store of the parameters" });
  }
  return problems;
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
