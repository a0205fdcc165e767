/**
 * Launching jobs, only inside the workspace: on its subnets, with its security groups, its keys and its roles.
 *
 * Condition keys are per action (Service Authorization Reference, SageMaker): a key that an action does not define would
 * make its statement match always or never. Each requirement is a Deny statement of its own, because keys inside one
 * `Null` block are ANDed: a shared block would fire only when all of them are missing.
 */
import type * as pulumi from "@pulumi/pulumi";
import { DELETE_MODEL, FOLLOW_JOBS, LAUNCH, LIST_SAGEMAKER, STOP_JOBS, TAG_NEW } from "./actions.ts";
import type { Conditions, Statement } from "./policy.ts";
import { passRoleStatement } from "./roles.ts";
import { arn, type Target } from "./target.ts";

/** Jobs that take subnets and security groups. A transform job runs where its model was told to run. */
const WITH_NETWORK = [
  "sagemaker:CreateAutoMLJob",
  "sagemaker:CreateAutoMLJobV2",
  "sagemaker:CreateHyperParameterTuningJob",
  "sagemaker:CreateModel",
  "sagemaker:CreateProcessingJob",
  "sagemaker:CreateTrainingJob",
];

/** Jobs that write output. */
const WITH_OUTPUT = [
  "sagemaker:CreateAutoMLJob",
  "sagemaker:CreateAutoMLJobV2",
  "sagemaker:CreateHyperParameterTuningJob",
  "sagemaker:CreateProcessingJob",
  "sagemaker:CreateTrainingJob",
  "sagemaker:CreateTransformJob",
];

/** Jobs that name their instance types. */
const WITH_INSTANCES = [
  "sagemaker:CreateHyperParameterTuningJob",
  "sagemaker:CreateProcessingJob",
  "sagemaker:CreateTrainingJob",
  "sagemaker:CreateTransformJob",
];

/** Jobs that never name them. AutoML is granted to nobody; it is pinned in case a role gets it from elsewhere. */
const WITHOUT_INSTANCES = ["sagemaker:CreateAutoMLJob", "sagemaker:CreateAutoMLJobV2"];

/** Jobs of several containers that talk to each other. */
const DISTRIBUTED = [
  "sagemaker:CreateAutoMLJob",
  "sagemaker:CreateAutoMLJobV2",
  "sagemaker:CreateHyperParameterTuningJob",
  "sagemaker:CreateProcessingJob",
  "sagemaker:CreateTrainingJob",
];

/**
 * Instance families whose volume is local and encrypted by the hardware. SageMaker refuses a volume key for them
 * (SageMaker API reference, ResourceConfig.VolumeKmsKeyId), so demanding one would rule out most GPUs.
 */
const LOCAL_STORAGE = [
  "c5d",
  "g4dn",
  "g5",
  "g6",
  "g6e",
  "gr6",
  "m5d",
  "p3dn",
  "p4d",
  "p4de",
  "p5",
  "p5e",
  "p5en",
  "r5d",
  "trn1",
  "trn1n",
];

/** Whether a machine type keeps its data on local disks that take no key. */
export function hasLocalStorage(machineType: string): boolean {
  return LOCAL_STORAGE.includes(machineType.split(".")[1] ?? "");
}

/** Ids to which jobs are pinned. Only the cloud can give them. */
export interface JobPins {
  /** Subnets for jobs. */
  subnetIds: pulumi.Input<string>[];
  /** Security groups for jobs. */
  securityGroupIds: pulumi.Input<string>[];
  /** ARNs of the keys for volumes. */
  volumeKeyArns: pulumi.Input<string>[];
  /** ARNs of the keys for output. */
  outputKeyArns: pulumi.Input<string>[];
}

/**
 * What lets somebody launch jobs. Known before anything exists.
 * @param prefix Beginning of the names of the workspace's jobs and models; other names belong to other workspaces.
 * @param jobRoleArn The role that jobs run with, the only one that may be passed.
 */
export function launchStatements(target: Target, prefix: string, jobRoleArn: string): Statement[] {
  const named = (kinds: string[]) => kinds.map((kind) => arn(target, "sagemaker", `${kind}/${prefix}-*`));
  const resources = named(Object.values(LAUNCH));
  return [
    { Sid: "LaunchJobs", Effect: "Allow", Action: Object.keys(LAUNCH), Resource: resources },
    {
      Sid: "FollowAndStopJobs",
      Effect: "Allow",
      Action: [...FOLLOW_JOBS, ...STOP_JOBS, ...DELETE_MODEL],
      Resource: resources,
    },
    { Sid: "ListNames", Effect: "Allow", Action: LIST_SAGEMAKER, Resource: "*" },
    {
      Sid: "TagOnlyWhatIsBeingCreated",
      Effect: "Allow",
      Action: TAG_NEW,
      Resource: resources,
      Condition: { Null: { "sagemaker:TaggingAction": "false" } },
    },
    passRoleStatement("PassOnlyTheJobRole", [jobRoleArn]),
  ];
}

/** What every job must say. Known before anything exists. */
export function requirementStatements(target: Target, prefix: string): Statement[] {
  const missing = (key: string): Conditions => ({ Null: { [`sagemaker:${key}`]: "true" } });
  const onVolumes = { "sagemaker:InstanceTypes": LOCAL_STORAGE.map((family) => `ml.${family}.*`) };
  return [
    deny("RequireSubnets", WITH_NETWORK, missing("VpcSubnets")),
    deny("RequireSecurityGroups", WITH_NETWORK, missing("VpcSecurityGroupIds")),
    deny("RequireOutputKey", WITH_OUTPUT, missing("OutputKmsKeyArn")),
    deny("RequireVolumeKey", WITH_INSTANCES, {
      ...missing("VolumeKmsKeyArn"),
      "ForAnyValue:StringNotLike": onVolumes,
    }),
    deny("RequireVolumeKeyOfAutoMl", WITHOUT_INSTANCES, missing("VolumeKmsKeyArn")),
    deny("RequireTrafficEncryption", DISTRIBUTED, missing("InterContainerTrafficEncryption")),
    deny("DenyPlainTraffic", DISTRIBUTED, { Bool: { "sagemaker:InterContainerTrafficEncryption": "false" } }),
    deny("DenyRemoteShell", ["sagemaker:CreateTrainingJob"], { Bool: { "sagemaker:EnableRemoteDebug": "true" } }),
    deny("RequireOwnModel", ["sagemaker:CreateTransformJob"], {
      ArnNotLike: { "sagemaker:ModelArn": arn(target, "sagemaker", `model/${prefix}-*`) },
    }),
  ];
}

/** What every job's values must be. Its ids are unknown until the network and the keys exist. */
export function pinStatements(pins: JobPins): Statement[] {
  const given = (key: string) => ({ Null: { [key]: "false" } });
  const volumeKey = "sagemaker:VolumeKmsKeyArn";
  return [
    deny("DenyOtherSubnets", WITH_NETWORK, {
      "ForAnyValue:StringNotEquals": { "sagemaker:VpcSubnets": pins.subnetIds },
    }),
    deny("DenyOtherSecurityGroups", WITH_NETWORK, {
      "ForAnyValue:StringNotEquals": { "sagemaker:VpcSecurityGroupIds": pins.securityGroupIds },
    }),
    deny("DenyOtherOutputKeys", WITH_OUTPUT, { ArnNotEquals: { "sagemaker:OutputKmsKeyArn": pins.outputKeyArns } }),
    deny("DenyOtherVolumeKeys", WITH_OUTPUT, {
      ArnNotEquals: { [volumeKey]: pins.volumeKeyArns },
      ...given(volumeKey),
    }),
  ];
}

function deny(sid: string, actions: string[], condition: Conditions): Statement {
  return { Sid: sid, Effect: "Deny", Action: actions, Resource: "*", Condition: condition };
}
