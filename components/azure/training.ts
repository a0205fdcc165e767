/** The pipelines of a workspace: each with what the workspace has for its steps. */
import type * as pulumi from "@pulumi/pulumi";
import { modelGroupName } from "../pipelines.ts";
import type { PipelineOutputs } from "../platform.ts";
import type { PipelineSpec } from "../training-spec.ts";
import { type Admission, admitStarters } from "./access.ts";
import { databasePlace } from "./databases.ts";
import { parameterStoreId } from "./parameters.ts";
import type { TrainingPipelineArgs } from "./pipeline-args.ts";
import { TrainingPipeline } from "./pipelines.ts";
import { type Context, placeArgs } from "./place.ts";
import { secretIdOf } from "./secrets.ts";
import { containerIdOf, datastoreNameOf } from "./workspace-stores.ts";

/** Creates the pipelines, and lets data scientists start them. What grants are on belongs into `dependsOn`. */
export function createTraining(context: Context, admission: Admission, dependsOn: pulumi.Resource[]): PipelineOutputs {
  const outputs: PipelineOutputs = {};
  for (const spec of context.workspace.training.pipelines) {
    const args = pipelineArgs(context, admission, spec);
    const pipeline = new TrainingPipeline(`${context.name}-pipeline-${spec.name}`, args, {
      ...context.opts,
      dependsOn: [admission.service.workspace, ...admission.roles.definitions, ...dependsOn],
    });
    admitStarters(context, admission, spec.name, pipeline);
    outputs[spec.name] = pipeline.pipelineId;
  }
  return outputs;
}

function pipelineArgs(
  context: Context,
  { roles, stores, service }: Admission,
  spec: PipelineSpec,
): TrainingPipelineArgs {
  const { workspace, names } = context;
  const { images, secrets, parameters, databases, network, training } = workspace;
  const { size, machineType, accelerator, maxNodes, idleMinutes } = training.cluster;
  return {
    ...placeArgs(context),
    ...{ size, machineType, accelerator, maxNodes, idleMinutes },
    pipeline: spec,
    workspaceName: names.mlWorkspace(),
    workspaceStorageId: stores.models.accountId,
    identityPrefix: names.plain("step").slice(0, 40),
    clusterPrefix: names.mlWorkspace().slice(0, 15).replace(/-+$/, ""),
    registryId: service.registryId,
    scanReaderRole: roles.id("scanReader"),
    dataStores: [...stores.data, stores.models].map((store) => ({
      name: store.name,
      containerId: containerIdOf(store),
      datastoreName: datastoreNameOf(store.name),
      access: store.access,
    })),
    images: images.map(({ name, mirrorOf, severityLimit }) => ({ name, mirror: Boolean(mirrorOf), severityLimit })),
    secrets: secrets.map(({ name }) => ({ name, secretId: secretIdOf(context, name) })),
    parameters: parameters.map(({ name }) => ({ name })),
    parameterStoreId: parameters.length > 0 ? parameterStoreId(context) : undefined,
    databases: databases.map((database) => ({
      name: database.name,
      ...databasePlace(context, database),
      identitySignIn: !database.existing,
    })),
    packages: network.egress !== "none",
    modelName: modelGroupName(workspace, spec.name),
  };
}
