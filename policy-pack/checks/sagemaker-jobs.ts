/** Where the jobs of SageMaker keep the settings that controls judge: the same ones, in other places for each kind of job. */
import type { Check } from "../control.ts";
import { type Finding, mustBeSet, mustEqual, unless } from "../findings.ts";
import { elementPaths, read } from "../read.ts";
import { type Answer, any, ask, not, violatesIf } from "./answers.ts";
import { mustNameKmsKey } from "./customer-keys.ts";
import { hasLocalStorage } from "./local-storage.ts";
import { inEach, join } from "./places.ts";
import { pipelineCheck } from "./sagemaker-pipelines.ts";

/** Paths of a job's settings, from where the job is defined. A kind of job that has no such setting leaves it out. */
interface JobPaths {
  /** What holds `enableNetworkIsolation` and `enableInterContainerTrafficEncryption`. */
  network?: string;
  /** The subnets and security groups. */
  vpc?: string;
  /** The machines and their disks. `a|b` means b, unless a is given. */
  cluster?: string;
  /** Where results go, and with which key. */
  output?: string;
}

/** One kind of job. */
interface JobKind extends JobPaths {
  types: string[];
  /** Steps of pipelines that take the same settings. */
  steps?: string[];
  /** Where jobs are defined, when it is not the resource itself, and what it means to leave that out. */
  within?: { places: string[]; absent: string };
}

const TRAINING_JOB = "aws:sagemaker/trainingJob:TrainingJob";
const TUNING_JOB = "aws:sagemaker/hyperParameterTuningJob:HyperParameterTuningJob";
const LABELING_JOB = "aws:sagemaker/labelingJob:LabelingJob";
const PROCESSING_JOB = "aws-native:sagemaker:ProcessingJob";

/** Steps that start a processing job, whatever they do with it. */
const PROCESSING_STEPS = ["Processing", "ClarifyCheck", "QualityCheck"];

const IN_NETWORK: JobPaths = { network: "networkConfig", vpc: "networkConfig.vpcConfig" };
const ON_CLUSTER: JobPaths = { ...IN_NETWORK, cluster: "jobResources.clusterConfig" };

const JOB_KINDS: JobKind[] = [
  {
    types: [TRAINING_JOB],
    steps: ["Training"],
    network: "",
    vpc: "vpcConfig",
    cluster: "resourceConfig",
    output: "outputDataConfig",
  },
  {
    types: [TUNING_JOB],
    steps: ["Tuning"],
    within: { places: ["trainingJobDefinition", "trainingJobDefinitions[]"], absent: "a definition must be given" },
    network: "",
    vpc: "vpcConfig",
    // The first one lists instance types to choose from.
    cluster: "hyperParameterTuningResourceConfig|resourceConfig",
    output: "outputDataConfig",
  },
  { types: ofBoth("DataQualityJobDefinition"), ...ON_CLUSTER, output: "dataQualityJobOutputConfig" },
  { types: ["aws-native:sagemaker:ModelBiasJobDefinition"], ...ON_CLUSTER, output: "modelBiasJobOutputConfig" },
  { types: ["aws-native:sagemaker:ModelQualityJobDefinition"], ...ON_CLUSTER, output: "modelQualityJobOutputConfig" },
  {
    types: ["aws-native:sagemaker:ModelExplainabilityJobDefinition"],
    ...ON_CLUSTER,
    output: "modelExplainabilityJobOutputConfig",
  },
  {
    types: ofBoth("MonitoringSchedule"),
    within: { places: ["monitoringScheduleConfig.monitoringJobDefinition"], absent: "the schedule names a definition" },
    ...IN_NETWORK,
    cluster: "monitoringResources.clusterConfig",
    output: "monitoringOutputConfig",
  },
  {
    types: [PROCESSING_JOB],
    steps: PROCESSING_STEPS,
    ...IN_NETWORK,
    cluster: "processingResources.clusterConfig",
  },
  {
    types: [PROCESSING_JOB],
    steps: PROCESSING_STEPS,
    within: { places: ["processingOutputConfig"], absent: "nothing is stored" },
    output: "",
  },
  // Pulumi has no resource for transform jobs.
  { types: [], steps: ["Transform"], cluster: "transformResources", output: "transformOutput" },
  { types: [LABELING_JOB], output: "outputConfig" },
  {
    types: [LABELING_JOB],
    within: { places: ["labelingJobAlgorithmsConfig"], absent: "people label everything, without machines" },
    vpc: "labelingJobResourceConfig.vpcConfig",
    cluster: "labelingJobResourceConfig",
  },
  { types: ["aws:sagemaker/flowDefinition:FlowDefinition"], output: "outputConfig" },
];

/** The resource in both AWS providers. */
function ofBoth(name: string): string[] {
  return [`aws:sagemaker/${name[0]!.toLowerCase()}${name.slice(1)}:${name}`, `aws-native:sagemaker:${name}`];
}

/**
 * A check for each kind of job that has all of these settings, and one for the jobs that pipelines start. The rule gets
 * the paths of the settings, in the same order.
 */
export function jobChecks(
  settings: (keyof JobPaths)[],
  cloudDefault: string,
  rule: (props: object, ...paths: string[]) => Finding[],
): Check[] {
  const kinds = JOB_KINDS.filter((kind) => settings.every((setting) => kind[setting] !== undefined));
  const judgeKind = (kind: JobKind, props: object): Finding[] => {
    const judgeAt = (at: string) => rule(props, ...settings.map((setting) => givenPath(props, at, kind[setting]!)));
    return kind.within ? inEach(props, kind.within.places, judgeAt) : judgeAt("");
  };
  const ofResources = kinds
    .filter(({ types }) => types.length > 0)
    .map(
      (kind): Check => ({
        types: kind.types,
        whenAbsent: kind.within ? "complies" : "violates",
        cloudDefault: kind.within?.absent ?? cloudDefault,
        evaluate: ({ props }) => judgeKind(kind, props),
      }),
    );
  const ofPipelines = pipelineCheck(({ type, settings: props }) =>
    kinds.filter(({ steps }) => steps?.includes(type)).flatMap((kind) => judgeKind(kind, props)),
  );
  return [...ofResources, ofPipelines];
}

function givenPath(props: object, at: string, setting: string): string {
  const paths = setting.split("|").map((path) => join(at, path));
  return paths.find((path) => read(props, path).state !== "absent") ?? paths.at(-1)!;
}

/** The machines must encrypt what they send to each other, unless there is only one. */
export function mustEncryptTraffic(props: object, network: string, cluster: string): Finding[] {
  const path = join(network, "enableInterContainerTrafficEncryption");
  const single = mustEqual(props, join(cluster, "instanceCount"), 1, { absent: "violates" });
  return unlessServerless(props, unless(single, mustEqual(props, path, true, { absent: "violates" })));
}

/** The disks must have a key of the customer's own, unless the machines have disks that take none. */
export function mustEncryptDisks(props: object, cluster: string): Finding[] {
  const takesNoKey = violatesIf(not(anyLocalStorage(props, cluster)), "the disks take a key");
  return unlessServerless(props, unless(takesNoKey, mustNameKmsKey(props, join(cluster, "volumeKmsKeyId"))));
}

/** A training job can leave its machines to SageMaker. */
function unlessServerless(props: object, findings: Finding[]): Finding[] {
  return unless(mustBeSet(props, "serverlessJobConfig", "object"), findings);
}

/** One machine with disks of its own is enough for SageMaker to refuse a key. */
function anyLocalStorage(props: object, cluster: string): Answer {
  const groups = ["instanceGroups", "instanceConfigs"].map((list) => anyGroup(props, join(cluster, list)));
  return any(isLocalStorage(props, cluster), ...groups);
}

function anyGroup(props: object, list: string): Answer {
  const groups = elementPaths(props, list);
  if (Array.isArray(groups)) return any(...groups.map((group) => isLocalStorage(props, group)));
  return groups.state === "unknown" && groups;
}

function isLocalStorage(props: object, group: string): Answer {
  return ask(read(props, join(group, "instanceType")), (type) => typeof type === "string" && hasLocalStorage(type));
}
