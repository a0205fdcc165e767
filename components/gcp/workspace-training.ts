/** The clusters and pipelines of a workspace, made from its spec. */
import { IAMMember } from "@pulumi/gcp/projects/iammember.js";
import type * as pulumi from "@pulumi/pulumi";
import { resourceName } from "../names.ts";
import { type Workspace, workspaceTags } from "../spec.ts";
import { MODEL_STORE, type PipelineSpec } from "../training-spec.ts";
import type { WorkspaceStores } from "./data-stores.ts";
import type { WorkspaceDatabase } from "./databases.ts";
import type { ImageRepository } from "./image-repositories.ts";
import type { WorkspaceKeys } from "./keys.ts";
import type { WorkspaceParameter } from "./parameters.ts";
import type { TrainingPipelineArgs } from "./pipeline-args.ts";
import type { PipelineRolesArgs } from "./pipeline-roles.ts";
import { TrainingPipeline } from "./pipelines.ts";
import { type CustomRole, createTrainingRoles, grantPipelinePeople, type TrainingRoleName } from "./roles.ts";
import type { WorkspaceSecret } from "./secrets.ts";
import { agentEmail } from "./services.ts";
import { type GcpTarget, serviceAccountMember } from "./target.ts";
import { type ClusterPlan, PrivateTrainingCluster, planClusters } from "./training-cluster.ts";

/** Longest name of a network attachment, to which the names of its rules are added. */
const MAX_CLUSTER_NAME = 46;

/** Longest name of a pipeline: that of a model in the registry. */
const MAX_PIPELINE_NAME = 63;

/** What training is made from. */
export interface TrainingContext {
  workspace: Workspace;
  target: GcpTarget;
  keys: WorkspaceKeys;
  stores: WorkspaceStores;
  images: Record<string, ImageRepository>;
  secrets: Record<string, WorkspaceSecret>;
  parameters: Record<string, WorkspaceParameter>;
  databases: WorkspaceDatabase[];
  networkId: pulumi.Input<string>;
  /** Subnet of jobs in an existing network. */
  subnetId: pulumi.Input<string>;
  /** Repository of Python packages, if egress asks for one. */
  packageRepository?: string;
  /** Web proxy, if egress asks for one. */
  proxyUrl?: string;
  /** Role that writes logs and metrics. */
  runtime: CustomRole;
  parent: pulumi.Resource;
  dependsOn: pulumi.Resource[];
}

/** Creates the pipelines of the spec, by their name in it, with the clusters that their jobs run in. */
export function createTraining(name: string, context: TrainingContext): Record<string, TrainingPipeline> {
  const { workspace, target, parent, dependsOn } = context;
  if (workspace.training.pipelines.length === 0) return {};
  const roles = createTrainingRoles(name, workspace, target, parent, dependsOn);
  grantPipelinePeople(name, workspace, target, roles, parent);
  const attacher = grantAttach(name, target, roles.jobAttacher, parent);
  const clusters = planClusters(workspace).map((plan) => ({ plan, cluster: createCluster(name, plan, context) }));
  const ready = [...dependsOn, attacher, ...resourcesOf(context), ...clusters.map(({ cluster }) => cluster)];
  const waits = [...ready, context.runtime.resource, ...Object.values(roles).map(({ resource }) => resource)];
  const pipelines = workspace.training.pipelines.map((spec): [string, TrainingPipeline] => {
    const args = pipelineArgs(spec, context, roles, clusters);
    return [spec.name, new TrainingPipeline(`${name}-pipeline-${spec.name}`, args, { parent, dependsOn: waits })];
  });
  return Object.fromEntries(pipelines);
}

/**
 * Vertex AI's agent puts Google's project with the machines on an attachment's list, and makes the zone that asks the
 * network's DNS (cloud.google.com/vertex-ai/docs/general/vpc-psc-i-setup). The role that Google names for it, Compute
 * Network Admin, could change the network.
 */
function grantAttach(
  name: string,
  { project, number }: GcpTarget,
  role: CustomRole,
  parent: pulumi.Resource,
): IAMMember {
  const args = { project, role: role.id, member: serviceAccountMember(agentEmail("aiplatform", number)) };
  return new IAMMember(`${name}-job-attacher`, args, { parent, dependsOn: [role.resource] });
}

/** A cluster with its plan. */
interface PlannedCluster {
  plan: ClusterPlan;
  cluster: PrivateTrainingCluster;
}

function createCluster(name: string, plan: ClusterPlan, context: TrainingContext): PrivateTrainingCluster {
  const { workspace, target, databases, networkId, subnetId, parent, dependsOn } = context;
  const { size, machineType, accelerator } = workspace.training.cluster;
  const reached = databases.filter((database) => plan.databases.includes(database.name));
  return new PrivateTrainingCluster(
    `${name}-${plan.name}`,
    {
      project: target.project,
      region: target.region,
      networkId,
      ...(plan.cidr ? { cidr: plan.cidr } : { subnetId }),
      destinations: reached.map(({ name: database, address, port }) => ({ name: database, address, port })),
      size,
      machineType,
      accelerator,
      clusterName: resourceName(workspace, [plan.name], { max: MAX_CLUSTER_NAME }),
    },
    { parent, dependsOn },
  );
}

function pipelineArgs(
  pipeline: PipelineSpec,
  context: TrainingContext,
  roles: Record<TrainingRoleName, CustomRole>,
  clusters: PlannedCluster[],
): TrainingPipelineArgs {
  const { workspace, target, keys, networkId, packageRepository, proxyUrl } = context;
  const { size, machineType, accelerator, maxNodes } = workspace.training.cluster;
  return {
    project: target.project,
    projectNumber: target.number,
    location: target.region,
    pipeline,
    pipelineName: resourceName(workspace, [pipeline.name], { max: MAX_PIPELINE_NAME }),
    accountPrefix: resourceName(workspace, [], { max: MAX_PIPELINE_NAME }),
    roles: roleIds(roles, context.runtime),
    networkAttachment: clusters[0]!.cluster.networkAttachment,
    attachments: clusters.map(({ plan: { databases }, cluster: { networkAttachment } }) => ({
      databases,
      networkAttachment,
    })),
    networkId,
    keyId: keys.keys.models.keyName,
    ...namedThings(context),
    packageRepository,
    proxyUrl,
    size,
    machineType,
    accelerator,
    maxNodes,
    labels: workspaceTags(workspace),
  };
}

/** What steps may name. */
function namedThings(
  context: TrainingContext,
): Pick<TrainingPipelineArgs, "dataStores" | "images" | "secrets" | "parameters" | "databases"> {
  const { workspace, stores, images, secrets, parameters, databases } = context;
  return {
    dataStores: [
      ...stores.data.map(({ name, bucketName, writable, store }) => ({
        name,
        bucket: bucketName,
        access: writable ? "read-write" : "read",
        foreign: !store,
      })),
      { name: MODEL_STORE, bucket: stores.models.bucketName },
    ],
    images: workspace.images.map(({ name, mirrorOf, severityLimit }) => ({
      name,
      uri: images[name]!.uri,
      mirror: mirrorOf !== undefined,
      severityLimit,
    })),
    secrets: Object.entries(secrets).map(([name, { secretId }]) => ({ name, secretId })),
    parameters: Object.entries(parameters).map(([name, entry]) => ({
      name,
      parameterId: entry.parameterId,
      versionId: entry.versionId,
    })),
    databases: databases.map(({ name, host, port, instance, privateName }) => ({
      name,
      host,
      port,
      instance,
      privateName: privateName !== undefined,
    })),
  };
}

function roleIds(roles: Record<TrainingRoleName, CustomRole>, runtime: CustomRole): PipelineRolesArgs {
  return {
    lister: roles.stepLister.id,
    reader: roles.stepReader.id,
    writer: roles.stepWriter.id,
    runtime: runtime.id,
    runner: roles.pipelineRunner.id,
    starter: roles.pipelineStarter.id,
  };
}

/** What a run needs besides its own grants. */
function resourcesOf({ keys, stores, images, secrets, parameters, databases }: TrainingContext): pulumi.Resource[] {
  return [
    ...keys.grants.models,
    stores.models.bucket,
    ...stores.data.flatMap(({ store }) => (store ? [store.bucket] : [])),
    ...Object.values(images).map(({ repository }) => repository),
    ...Object.values(secrets).map(({ secret }) => secret),
    ...Object.values(parameters).map(({ version }) => version),
    ...databases.flatMap(({ ready }) => ready),
  ];
}
