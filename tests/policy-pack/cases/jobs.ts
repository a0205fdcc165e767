import type { ControlCases, ResourceCase } from "../cases.ts";
import { onPipelines } from "../pipelines.ts";
import { unknown } from "../server.ts";

const KEY = "arn:aws:kms:eu-west-1:111122223333:key/1";
const AWS_KEY = "alias/aws/sagemaker";
const SUBNETS = { subnets: ["subnet-1"], securityGroupIds: ["sg-1"] };

const TRAINING_JOB = "aws:sagemaker/trainingJob:TrainingJob";
const TUNING_JOB = "aws:sagemaker/hyperParameterTuningJob:HyperParameterTuningJob";
const LABELING_JOB = "aws:sagemaker/labelingJob:LabelingJob";
const FLOW_DEFINITION = "aws:sagemaker/flowDefinition:FlowDefinition";
const PROCESSING_JOB = "aws-native:sagemaker:ProcessingJob";
const MONITORING_SCHEDULES = [
  "aws:sagemaker/monitoringSchedule:MonitoringSchedule",
  "aws-native:sagemaker:MonitoringSchedule",
];

/** What the controls judge, in the shape in which most jobs hold it. */
interface Settings {
  network?: unknown;
  vpc?: unknown;
  cluster?: unknown;
  output?: unknown;
}

type Shape = (settings: Settings) => Record<string, unknown>;

/** A training job, or a definition of one, holds the two switches of its network at its top. */
const training: Shape = ({ network, vpc, cluster, output }) => ({
  ...(network as object),
  ...(vpc !== undefined && { vpcConfig: vpc }),
  ...(cluster !== undefined && { resourceConfig: cluster }),
  ...(output !== undefined && { outputDataConfig: output }),
});

/** Jobs that watch models: their network settings hold the subnets. */
const onCluster =
  (resources: string, outputConfig: string): Shape =>
  ({ network, vpc, cluster, output }) => ({
    ...((network ?? vpc) !== undefined && {
      networkConfig: { ...(network as object), vpcConfig: vpc },
    }),
    ...(cluster !== undefined && { [resources]: { clusterConfig: cluster } }),
    ...(output !== undefined && { [outputConfig]: output }),
  });

const schedule: Shape = (settings) => ({
  monitoringScheduleConfig: {
    monitoringJobDefinition: onCluster("monitoringResources", "monitoringOutputConfig")(settings),
  },
});

const labeling: Shape = ({ vpc, cluster, output }) => ({
  ...((vpc ?? cluster) !== undefined && {
    labelingJobAlgorithmsConfig: { labelingJobResourceConfig: { ...(cluster as object), vpcConfig: vpc } },
  }),
  ...(output !== undefined && { outputConfig: output }),
});

/** Every kind of job, and how it holds its settings. */
const SHAPES: [type: string, shape: Shape][] = [
  [TRAINING_JOB, training],
  [TUNING_JOB, (settings) => ({ trainingJobDefinition: training(settings) })],
  [TUNING_JOB, (settings) => ({ trainingJobDefinitions: [training(settings)] })],
  [
    "aws:sagemaker/dataQualityJobDefinition:DataQualityJobDefinition",
    onCluster("jobResources", "dataQualityJobOutputConfig"),
  ],
  ["aws-native:sagemaker:DataQualityJobDefinition", onCluster("jobResources", "dataQualityJobOutputConfig")],
  ["aws-native:sagemaker:ModelBiasJobDefinition", onCluster("jobResources", "modelBiasJobOutputConfig")],
  ["aws-native:sagemaker:ModelQualityJobDefinition", onCluster("jobResources", "modelQualityJobOutputConfig")],
  [
    "aws-native:sagemaker:ModelExplainabilityJobDefinition",
    onCluster("jobResources", "modelExplainabilityJobOutputConfig"),
  ],
  ...MONITORING_SCHEDULES.map((type): [string, Shape] => [type, schedule]),
  [PROCESSING_JOB, onCluster("processingResources", "processingOutputConfig")],
];

const WITH_MACHINES: [type: string, shape: Shape][] = [...SHAPES, [LABELING_JOB, labeling]];
const WITH_OUTPUT: [type: string, shape: Shape][] = [
  ...WITH_MACHINES,
  [FLOW_DEFINITION, ({ output }) => ({ outputConfig: output })],
];

type Case = [shows: string, settings: Settings, expected: ResourceCase[2]];

/** The same cases on each kind of job. */
function onEach(control: string, shapes: [type: string, shape: Shape][], cases: Case[]): ControlCases[] {
  return shapes.map(([type, shape]) => ({
    control,
    type,
    cases: cases.map(([shows, settings, expected]) => [shows, shape(settings), expected]),
  }));
}

const networkIsolation: ControlCases[] = [
  ...onEach("job-network-isolation", SHAPES, [
    ["isolated", { network: { enableNetworkIsolation: true } }, "complies"],
    ["isolated, as text", { network: { enableNetworkIsolation: "true" } }, "complies"],
    ["open", { network: { enableNetworkIsolation: false } }, "violates"],
    ["left out, in a network of its own", { vpc: SUBNETS }, "complies"],
    ["open, in a network of its own", { network: { enableNetworkIsolation: false }, vpc: SUBNETS }, "complies"],
    ["left out, in a subnet that is made along with it", { vpc: { subnets: [unknown] } }, "complies"],
    ["left out, with unknown subnets", { vpc: { subnets: unknown } }, "undecided"],
    ["left out, with no subnets", { vpc: { subnets: [] } }, "violates"],
    ["left out, with subnets of a wrong type", { vpc: { subnets: "subnet-1" } }, "violates"],
    ["unknown", { network: { enableNetworkIsolation: unknown } }, "undecided"],
    ["of a wrong type", { network: { enableNetworkIsolation: {} } }, "violates"],
  ]),
  {
    control: "job-network-isolation",
    type: TUNING_JOB,
    cases: [
      [
        "one of two definitions open",
        { trainingJobDefinitions: [{ enableNetworkIsolation: true }, { enableNetworkIsolation: false }] },
        "violates",
      ],
      ["unknown definitions", { trainingJobDefinitions: unknown }, "undecided"],
      ["an unknown definition", { trainingJobDefinition: unknown }, "undecided"],
      ["definitions of a wrong type", { trainingJobDefinitions: "two" }, "violates"],
    ],
  },
  ...MONITORING_SCHEDULES.map((type) => ({
    control: "job-network-isolation",
    type,
    cases: [
      [
        "the name of a definition",
        { monitoringScheduleConfig: { monitoringJobDefinitionName: "quality", monitoringType: "DataQuality" } },
        "complies",
      ],
      ["an unknown configuration", { monitoringScheduleConfig: unknown }, "undecided"],
      ["an empty definition", { monitoringScheduleConfig: { monitoringJobDefinition: {} } }, "violates"],
    ] satisfies ResourceCase[],
  })),
];

const trafficEncrypted: ControlCases[] = [
  ...onEach("job-traffic-encrypted", SHAPES, [
    ["encrypted", { network: { enableInterContainerTrafficEncryption: true } }, "complies"],
    ["a single machine", { cluster: { instanceCount: 1, instanceType: "ml.m5.large" } }, "complies"],
    [
      "plain, between two machines",
      { network: { enableInterContainerTrafficEncryption: false }, cluster: { instanceCount: 2 } },
      "violates",
    ],
    ["left out, with two machines", { cluster: { instanceCount: 2 } }, "violates"],
    ["left out, with an unknown number of machines", { cluster: { instanceCount: unknown } }, "undecided"],
    [
      "unknown, with two machines",
      { network: { enableInterContainerTrafficEncryption: unknown }, cluster: { instanceCount: 2 } },
      "undecided",
    ],
  ]),
  {
    control: "job-traffic-encrypted",
    type: TRAINING_JOB,
    cases: [
      ["a serverless job", { serverlessJobConfig: { jobType: "FineTuning" } }, "complies"],
      ["groups of machines", { resourceConfig: { instanceGroups: [{ instanceCount: 1 }] } }, "violates"],
    ],
  },
  {
    control: "job-traffic-encrypted",
    type: TUNING_JOB,
    cases: [
      [
        "a single machine of several types",
        { trainingJobDefinition: { hyperParameterTuningResourceConfig: { instanceCount: 1 } } },
        "complies",
      ],
      [
        "two machines of several types",
        { trainingJobDefinition: { hyperParameterTuningResourceConfig: { instanceCount: 2 } } },
        "violates",
      ],
    ],
  },
];

const privateNetwork: ControlCases[] = onEach("job-private-network", WITH_MACHINES, [
  ["subnets", { vpc: SUBNETS }, "complies"],
  ["a subnet that is made along with it", { vpc: { subnets: [unknown] } }, "complies"],
  ["unknown subnets", { vpc: { subnets: unknown } }, "complies"],
  ["a network that is unknown", { vpc: unknown }, "complies"],
  ["no subnets", { vpc: { subnets: [], securityGroupIds: ["sg-1"] } }, "violates"],
  ["left out", { cluster: { instanceCount: 1 }, network: {} }, "violates"],
  ["subnets of a wrong type", { vpc: { subnets: "subnet-1" } }, "violates"],
]);

const diskKey: ControlCases[] = [
  ...onEach("job-disk-cmk", WITH_MACHINES, [
    ["a key", { cluster: { volumeKmsKeyId: KEY } }, "complies"],
    ["a key that is made along with it", { cluster: { volumeKmsKeyId: unknown } }, "complies"],
    ["a key of AWS's own", { cluster: { volumeKmsKeyId: AWS_KEY } }, "violates"],
    ["an empty key", { cluster: { volumeKmsKeyId: "" } }, "violates"],
    ["left out", { cluster: { instanceType: "ml.m5.xlarge" } }, "violates"],
    ["left out on machines with disks of their own", { cluster: { instanceType: "ml.g5.xlarge" } }, "complies"],
    ["left out on machines with a d in their name", { cluster: { instanceType: "ml.p4de.24xlarge" } }, "complies"],
    ["left out on unknown machines", { cluster: { instanceType: unknown } }, "undecided"],
  ]),
  {
    control: "job-disk-cmk",
    type: TRAINING_JOB,
    cases: [
      ["a serverless job", { serverlessJobConfig: { jobType: "FineTuning" } }, "complies"],
      [
        "a group of machines with disks of their own",
        { resourceConfig: { instanceGroups: [{ instanceType: "ml.m5.xlarge" }, { instanceType: "ml.p5.48xlarge" }] } },
        "complies",
      ],
      ["other groups", { resourceConfig: { instanceGroups: [{ instanceType: "ml.m5.xlarge" }] } }, "violates"],
      ["unknown groups", { resourceConfig: { instanceGroups: unknown } }, "undecided"],
    ],
  },
  {
    control: "job-disk-cmk",
    type: TUNING_JOB,
    cases: [
      [
        "a key for machines of several types",
        { trainingJobDefinition: { hyperParameterTuningResourceConfig: { volumeKmsKeyId: KEY } } },
        "complies",
      ],
      [
        "no key for machines of several types",
        {
          trainingJobDefinition: {
            hyperParameterTuningResourceConfig: { instanceConfigs: [{ instanceType: "ml.m5.large" }] },
          },
        },
        "violates",
      ],
      [
        "machines of several types, with disks of their own",
        {
          trainingJobDefinition: {
            hyperParameterTuningResourceConfig: { instanceConfigs: [{ instanceType: "ml.g6.xlarge" }] },
          },
        },
        "complies",
      ],
    ],
  },
  {
    control: "job-disk-cmk",
    type: LABELING_JOB,
    cases: [
      ["people only", { outputConfig: { kmsKeyId: KEY } }, "complies"],
      ["machines without settings", { labelingJobAlgorithmsConfig: {} }, "violates"],
    ],
  },
];

const outputKey: ControlCases[] = [
  ...onEach("job-output-cmk", WITH_OUTPUT, [
    ["a key", { output: { kmsKeyId: KEY } }, "complies"],
    ["a key that is made along with it", { output: { kmsKeyId: unknown } }, "complies"],
    ["the alias of a key", { output: { kmsKeyId: "alias/ml-results" } }, "complies"],
    ["a key of AWS's own", { output: { kmsKeyId: "alias/aws/s3" } }, "violates"],
    ["left out", { output: { s3OutputPath: "s3://results" } }, "violates"],
    ["a key of a wrong type", { output: { kmsKeyId: 7 } }, "violates"],
  ]),
  {
    control: "job-output-cmk",
    type: PROCESSING_JOB,
    cases: [["nothing stored", { processingResources: {} }, "complies"]],
  },
];

const others: ControlCases[] = [
  {
    control: "job-no-remote-debug",
    type: TRAINING_JOB,
    cases: [
      ["off", { remoteDebugConfig: { enableRemoteDebug: false } }, "complies"],
      ["on", { remoteDebugConfig: { enableRemoteDebug: true } }, "violates"],
      ["on, as text", { remoteDebugConfig: { enableRemoteDebug: "true" } }, "violates"],
      ["unknown", { remoteDebugConfig: { enableRemoteDebug: unknown } }, "undecided"],
      ["of a wrong type", { remoteDebugConfig: { enableRemoteDebug: { on: true } } }, "violates"],
    ],
  },
  ...["aws:sagemaker/workforce:Workforce", "aws-native:sagemaker:Workforce"].map((type) => ({
    control: "workforce-addresses-restricted",
    type,
    cases: [
      ["ranges of offices", { sourceIpConfig: { cidrs: ["203.0.113.0/24", "198.51.100.7/32"] } }, "complies"],
      ["a network", { workforceVpcConfig: { vpcId: unknown } }, "complies"],
      ["the internet among the ranges", { sourceIpConfig: { cidrs: ["203.0.113.0/24", "0.0.0.0/0"] } }, "violates"],
      ["the internet in two halves", { sourceIpConfig: { cidrs: ["0.0.0.0/1", "128.0.0.0/1"] } }, "violates"],
      ["no ranges", { sourceIpConfig: { cidrs: [] } }, "violates"],
      ["an unknown range", { sourceIpConfig: { cidrs: [unknown] } }, "undecided"],
      ["unknown ranges", { sourceIpConfig: { cidrs: unknown } }, "undecided"],
      ["ranges of a wrong type", { sourceIpConfig: { cidrs: "203.0.113.0/24" } }, "violates"],
    ] satisfies ResourceCase[],
  })),
];

/** A value that a parameter of the pipeline gives. */
const PARAMETER = { Get: "Parameters.Value" };
/** A step that runs only under a condition. */
const condition = (list: string, step: unknown) => ({ Conditions: [], [list]: [step] });

const pipelines: ControlCases[] = [
  ...onPipelines("job-network-isolation", [
    ["an isolated training job", "Training", { EnableNetworkIsolation: true }, "complies"],
    ["an isolated processing job", "Processing", { NetworkConfig: { EnableNetworkIsolation: true } }, "complies"],
    ["a step of another kind", "Lambda", {}, "complies"],
    ["an open training job", "Training", {}, "violates"],
    ["an open tuning job", "Tuning", { TrainingJobDefinition: { EnableNetworkIsolation: false } }, "violates"],
    ["an open check of a model's bias", "ClarifyCheck", {}, "violates"],
    ["an open check of data", "QualityCheck", { NetworkConfig: {} }, "violates"],
    ["what a parameter says", "Training", { EnableNetworkIsolation: PARAMETER }, "violates"],
    ["a training job in your network", "Training", { VpcConfig: { Subnets: ["subnet-1"] } }, "complies"],
    [
      "a processing job in your network",
      "Processing",
      { NetworkConfig: { EnableNetworkIsolation: false, VpcConfig: { Subnets: ["subnet-1"] } } },
      "complies",
    ],
    ["a network that a parameter names", "Training", { VpcConfig: { Subnets: PARAMETER } }, "violates"],
    [
      "an open job under a condition",
      "Condition",
      condition("IfSteps", { Name: "Train", Type: "Training", Arguments: {} }),
      "violates",
    ],
    [
      "an open job under the opposite of a condition",
      "Condition",
      condition("ElseSteps", { Name: "Train", Type: "Training", Arguments: {} }),
      "violates",
    ],
  ]),
  ...onPipelines("job-traffic-encrypted", [
    ["a single machine", "Training", { ResourceConfig: { InstanceCount: 1 } }, "complies"],
    ["encrypted", "Training", { EnableInterContainerTrafficEncryption: true }, "complies"],
    ["as many machines as a parameter says", "Training", { ResourceConfig: { InstanceCount: PARAMETER } }, "violates"],
  ]),
  ...onPipelines("job-private-network", [
    ["subnets", "Training", { VpcConfig: { Subnets: ["subnet-1"] } }, "complies"],
    ["none", "Training", {}, "violates"],
  ]),
  ...onPipelines("job-disk-cmk", [
    ["a key", "Training", { ResourceConfig: { VolumeKmsKeyId: KEY } }, "complies"],
    ["a key that a parameter names", "Training", { ResourceConfig: { VolumeKmsKeyId: PARAMETER } }, "complies"],
    ["disks that take none", "Training", { ResourceConfig: { InstanceType: "ml.g5.xlarge" } }, "complies"],
    ["a transform job with a key", "Transform", { TransformResources: { VolumeKmsKeyId: KEY } }, "complies"],
    ["none", "Processing", { ProcessingResources: { ClusterConfig: {} } }, "violates"],
    ["a transform job without one", "Transform", { TransformResources: {} }, "violates"],
  ]),
  ...onPipelines("job-output-cmk", [
    ["a key", "Training", { OutputDataConfig: { KmsKeyId: KEY } }, "complies"],
    ["a processing job that stores nothing", "Processing", {}, "complies"],
    ["a transform job with a key", "Transform", { TransformOutput: { KmsKeyId: KEY } }, "complies"],
    ["a transform job without one", "Transform", { TransformOutput: {} }, "violates"],
    ["none", "Training", { OutputDataConfig: {} }, "violates"],
    ["a processing job without one", "Processing", { ProcessingOutputConfig: { Outputs: [] } }, "violates"],
  ]),
  ...onPipelines("job-no-remote-debug", [
    ["off", "Training", { RemoteDebugConfig: { EnableRemoteDebug: false } }, "complies"],
    ["on", "Training", { RemoteDebugConfig: { EnableRemoteDebug: true } }, "violates"],
  ]),
];

export const cases: ControlCases[] = [
  ...networkIsolation,
  ...trafficEncrypted,
  ...privateNetwork,
  ...diskKey,
  ...outputKey,
  ...others,
  ...pipelines,
];
