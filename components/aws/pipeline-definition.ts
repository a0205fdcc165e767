/**
 * A pipeline in SageMaker's terms: https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-define.html. It has no
 * parameters, so that whoever starts it cannot choose its images, roles, inputs or outputs.
 */
import * as pulumi from "@pulumi/pulumi";
import { databaseUser, type InputPlan, type PipelinePlan, type StepPlan, stepEnvironment } from "../pipelines.ts";
import { GATE_STEP } from "../training-spec.ts";
import { hasLocalStorage } from "./jobs.ts";
import { stepJobName } from "./names.ts";
import { packageIndex } from "./packages.ts";
import { attachmentOf, outputKeys, type StepDatabase, type StepTies } from "./pipeline-roles.ts";

/** Text in a definition: known, given by the cloud, or worked out by SageMaker when the pipeline runs. */
type Text = pulumi.Input<string> | { Get: string } | { "Std:Join": { On: string; Values: Text[] } };

/** A step of a definition. */
export interface StepDefinition {
  Name: string;
  Type: "Lambda" | "Processing" | "RegisterModel" | "Training";
  [field: string]: unknown;
}

/** A pipeline definition. */
export interface PipelineDefinition {
  Version: "2020-12-01";
  Steps: StepDefinition[];
}

/** A folder of a data store. */
interface Folder {
  dataStore: string;
  path: string;
}

/** What a definition needs besides what steps are tied to. */
export interface DefinitionTies extends StepTies {
  /** Address of each step's image without the digest, by step. */
  imageUrls: Record<string, string>;
  /** ARNs of the roles, by step. */
  roleArns: Record<string, pulumi.Input<string>>;
  /** Machine type of each step, by step. */
  machineTypes: Record<string, string>;
  /** Minutes that machines of training steps wait for the next run. */
  idleMinutes: number;
  /** Name of the group in the model registry. */
  modelGroup: string;
  /** The function that admits the images. */
  gateArn: pulumi.Input<string>;
}

const RUN: Text = { Get: "Execution.PipelineExecutionId" };
const CHECKPOINTS = "/opt/ml/checkpoints";
const INPUTS = { processing: "/opt/ml/processing/input", training: "/opt/ml/input/data" };

/** The definition of a pipeline. */
export function pipelineDefinition(pipeline: PipelinePlan, ties: DefinitionTies): PipelineDefinition {
  const steps = pipeline.steps.map((step) => defineStep(step, pipeline.steps, ties));
  return { Version: "2020-12-01", Steps: [gateStep(ties.gateArn), ...steps] };
}

function gateStep(gateArn: pulumi.Input<string>): StepDefinition {
  const outputs = [{ OutputName: "admitted", OutputType: "Integer" }];
  return { Name: GATE_STEP, Type: "Lambda", FunctionArn: gateArn, Arguments: {}, OutputParameters: outputs };
}

function defineStep(step: StepPlan, steps: StepPlan[], ties: DefinitionTies): StepDefinition {
  const common = { Name: step.spec.name, DependsOn: [GATE_STEP, ...step.after] };
  if (step.spec.kind === "register") {
    return { ...common, Type: "RegisterModel", Arguments: registerArguments(step, steps, ties) };
  }
  const training = step.spec.kind === "training";
  return {
    ...common,
    Type: training ? "Training" : "Processing",
    ...retries(step),
    Arguments: training ? trainingArguments(step, steps, ties) : processingArguments(step, steps, ties),
  };
}

/** SageMaker tries a step again when it failed for want of machines or by a fault of the service's own. */
function retries({ spec }: StepPlan): object {
  if (spec.retries === 0) return {};
  const faults = ["SageMaker.CAPACITY_ERROR", "SageMaker.JOB_INTERNAL_ERROR", "SageMaker.RESOURCE_LIMIT"];
  const policy = { ExceptionType: faults, IntervalSeconds: 60, BackoffRate: 2, MaxAttempts: spec.retries };
  return { RetryPolicies: [policy] };
}

function processingArguments(step: StepPlan, steps: StepPlan[], ties: DefinitionTies) {
  const { spec } = step;
  return {
    ProcessingJobName: stepJobName(ties.jobPrefix, step.identity),
    RoleArn: ties.roleArns[spec.name],
    AppSpecification: {
      ImageUri: imageOf(step, ties),
      ...(spec.command.length > 0 && { ContainerEntrypoint: spec.command }),
    },
    ProcessingResources: { ClusterConfig: machines(step, ties) },
    ProcessingInputs: step.inputs.map((input) => ({
      InputName: input.name,
      S3Input: {
        S3Uri: inputUri(input, steps, ties),
        LocalPath: `${INPUTS.processing}/${input.name}`,
        S3DataType: "S3Prefix",
        S3InputMode: "File",
      },
    })),
    ProcessingOutputConfig: {
      Outputs: step.outputs.map((output) => ({
        OutputName: output.name,
        S3Output: {
          S3Uri: join(runFolder(output, ties)),
          LocalPath: outputFolder(output.name),
          S3UploadMode: "EndOfJob",
        },
      })),
      KmsKeyId: outputKeys(step, ties)[0] ?? ties.volumeKeyArn,
    },
    NetworkConfig: {
      VpcConfig: vpcConfig(step, ties),
      EnableNetworkIsolation: !step.needsNetwork,
      EnableInterContainerTrafficEncryption: spec.encryptBetweenNodes,
    },
    Environment: environmentOf(step, ties),
    StoppingCondition: { MaxRuntimeInSeconds: spec.maxRunMinutes * 60 },
  };
}

function trainingArguments(step: StepPlan, steps: StepPlan[], ties: DefinitionTies) {
  const { spec } = step;
  const output = runFolder(step.outputs[0]!, ties);
  return {
    TrainingJobName: stepJobName(ties.jobPrefix, step.identity),
    RoleArn: ties.roleArns[spec.name],
    AlgorithmSpecification: {
      TrainingImage: imageOf(step, ties),
      TrainingInputMode: "File",
      ...(spec.command.length > 0 && { ContainerEntrypoint: spec.command }),
    },
    ResourceConfig: {
      ...machines(step, ties),
      // Spare machines are not kept (SageMaker developer guide, "Train using managed warm pools").
      ...(ties.idleMinutes > 0 && !spec.spot && { KeepAlivePeriodInSeconds: ties.idleMinutes * 60 }),
    },
    InputDataConfig: step.inputs.map((input) => ({
      ChannelName: input.name,
      DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: inputUri(input, steps, ties) } },
    })),
    OutputDataConfig: {
      S3OutputPath: join(output),
      // A folder and not an archive, so that the next step finds the model as on the other clouds.
      CompressionType: "NONE",
      KmsKeyId: outputKeys(step, ties)[0] ?? ties.volumeKeyArn,
    },
    VpcConfig: vpcConfig(step, ties),
    EnableNetworkIsolation: !step.needsNetwork,
    EnableInterContainerTrafficEncryption: spec.encryptBetweenNodes,
    Environment: environmentOf(step, ties),
    ...spareMachines(step, output),
  };
}

function spareMachines({ spec }: StepPlan, output: Text[]) {
  const seconds = spec.maxRunMinutes * 60;
  if (!spec.spot) return { StoppingCondition: { MaxRuntimeInSeconds: seconds } };
  return {
    EnableManagedSpotTraining: true,
    // Time to wait for machines counts, too: as long again as the run itself may take.
    StoppingCondition: { MaxRuntimeInSeconds: seconds, MaxWaitTimeInSeconds: 2 * seconds },
    CheckpointConfig: { S3Uri: join([...output, "checkpoints"]), LocalPath: CHECKPOINTS },
  };
}

/** The model waits for somebody else's approval; whoever runs the pipeline cannot give it. */
function registerArguments(step: StepPlan, steps: StepPlan[], ties: DefinitionTies) {
  const [model] = step.inputs;
  const data = { S3DataType: "S3Prefix", CompressionType: "None", S3Uri: inputUri(model!, steps, ties) };
  return {
    ModelPackageGroupName: ties.modelGroup,
    ModelApprovalStatus: "PendingManualApproval",
    InferenceSpecification: {
      Containers: [{ Image: imageOf(step, ties), ModelDataSource: { S3DataSource: data } }],
      SupportedContentTypes: ["application/json"],
      SupportedResponseMIMETypes: ["application/json"],
    },
    SecurityConfig: { KmsKeyId: ties.buckets[model!.dataStore]!.keyArn ?? ties.volumeKeyArn },
  };
}

function machines(step: StepPlan, ties: DefinitionTies) {
  const machineType = ties.machineTypes[step.spec.name]!;
  return {
    InstanceCount: step.spec.nodes,
    InstanceType: machineType,
    VolumeSizeInGB: step.spec.volumeGb,
    ...(!hasLocalStorage(machineType) && { VolumeKmsKeyId: ties.volumeKeyArn }),
  };
}

function vpcConfig(step: StepPlan, ties: DefinitionTies) {
  const { subnetIds, securityGroupIds } = attachmentOf(step, ties);
  return { Subnets: subnetIds, SecurityGroupIds: securityGroupIds };
}

/** Where an input is: standing data, what a processing step wrote in this run, or the folder that training made of it. */
function inputUri(input: InputPlan, steps: StepPlan[], ties: DefinitionTies): Text {
  if (!input.from) return s3Uri(input.dataStore, input.path ? `${input.path}/` : "", ties);
  const source = steps.find((step) => step.spec.name === input.from!.step)!;
  const folder = runFolder(input, ties);
  if (source.spec.kind !== "training") return join([...folder, ""]);
  return join([...folder, { Get: `Steps.${source.spec.name}.TrainingJobName` }, "output", "model", ""]);
}

/** The folder of this run, in parts. */
function runFolder({ dataStore, path }: Folder, ties: DefinitionTies): Text[] {
  return [s3Uri(dataStore, path, ties), RUN];
}

function s3Uri(dataStore: string, path: string, { buckets }: DefinitionTies): pulumi.Input<string> {
  const { bucket } = buckets[dataStore]!;
  return typeof bucket === "string" ? `s3://${bucket}/${path}` : pulumi.interpolate`s3://${bucket}/${path}`;
}

function hostAndPort({ host, port }: StepDatabase): pulumi.Input<string> {
  return typeof host === "string" ? `${host}:${port}` : pulumi.interpolate`${host}:${port}`;
}

function join(values: Text[]): Text {
  return { "Std:Join": { On: "/", Values: values } };
}

function imageOf(step: StepPlan, { imageUrls }: DefinitionTies): string {
  return `${imageUrls[step.spec.name]}@${step.image.digest}`;
}

function outputFolder(output: string): string {
  return `/opt/ml/processing/output/${output}`;
}

function environmentOf(step: StepPlan, ties: DefinitionTies) {
  const training = step.spec.kind === "training";
  const environment = stepEnvironment<Text>(step, {
    cloud: "aws",
    inputFolder: (name) => `${training ? INPUTS.training : INPUTS.processing}/${name}`,
    outputFolder: (name) => (training ? "/opt/ml/model" : outputFolder(name)),
    secret: (name) => ties.secretNames[name]!,
    parameter: (name) => ties.parameterNames[name]!,
    database: (name) => hostAndPort(ties.databases[name]!),
    databaseUser: (name) => (ties.databases[name]!.resourceId === undefined ? undefined : databaseUser(step)),
    checkpointFolder: CHECKPOINTS,
    packageIndex: ties.packageMirror && packageIndex(ties.target, ties.packageMirror),
  });
  // Clients of AWS find the private endpoints by it; SageMaker does not set it in every kind of job.
  return { ...environment, AWS_REGION: ties.target.region };
}
