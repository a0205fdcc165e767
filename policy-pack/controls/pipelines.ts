/** Controls of training pipelines and their schedules: what their callers choose, and as whom their steps run. */
import { type Answer, all, any, ask, violatesIf } from "../checks/answers.ts";
import { mustNameKmsKey } from "../checks/customer-keys.ts";
import { mustBeDedicatedAccount } from "../checks/google-defaults.ts";
import { noStatement, type Statement, some } from "../checks/iam-document.ts";
import { executorsMustBeFixed, jobsMustBeFixed, stepMustBeFixed } from "../checks/pipeline-choices.ts";
import { inEach } from "../checks/places.ts";
import { IAM_ROLES, namesRole, policiesOf, type RolePolicy } from "../checks/role-policies.ts";
import {
  definitionCheck,
  inStep,
  type PipelineDefinition,
  pipelineCheck,
  SAGEMAKER_PIPELINE,
} from "../checks/sagemaker-pipelines.ts";
import { AZURE_ML_COMPONENT } from "../checks/types.ts";
import {
  executorCheck,
  inExecutor,
  parseJson,
  VERTEX_PIPELINE_JOB,
  VERTEX_SCHEDULE,
  type VertexPipeline,
  vertexPipelineCheck,
  WORKFLOW,
} from "../checks/vertex-pipelines.ts";
import type { Control, StackResource, StackView, Topic } from "../control.ts";
import { anyOf, type Finding, judge, mustBeAbsent, mustBeSet, mustNotEqual, violation } from "../findings.ts";
import { read, textOf } from "../read.ts";
import { madeFrom } from "../stack-view.ts";

const SCHEDULE = "aws:scheduler/schedule:Schedule";

/** Where resources of Azure ML describe the jobs of a pipeline. */
const AZURE_PIPELINES: [types: string[], jobs: string[]][] = [
  [["azure-native:machinelearningservices:Job"], ["properties.jobs"]],
  [["azure-native:machinelearningservices:Schedule"], ["properties.action.jobDefinition.jobs"]],
  [AZURE_ML_COMPONENT, ["properties.componentSpec"]],
];

const inputsFixed: Control = {
  id: "pipeline-inputs-fixed",
  title: "Parameters of a pipeline choose no image, identity, input, output, key or network",
  severity: "high",
  why: "Whoever may start the pipeline would run any code with the identities of its steps, and send their data anywhere.",
  remedy: "Write these settings into the pipeline; keep parameters for numbers and dates.",
  url: "https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-parameters.html",
  frameworks: {
    nist80053: ["AC-3", "AC-6", "CM-5"],
    iso27001: ["A.5.15", "A.8.3"],
    soc2: ["CC6.1", "CC6.3"],
    pciDss: ["7.2.1"],
    mitreAtlas: ["AML.T0025"],
  },
  checks: {
    aws: [pipelineCheck(stepMustBeFixed)],
    gcp: [vertexPipelineCheck(executorsMustBeFixed)],
    azure: AZURE_PIPELINES.map(([types, jobs]) => ({
      types,
      whenAbsent: "complies",
      cloudDefault: "no jobs",
      evaluate: ({ props }) =>
        inEach(props, jobs, (path) => judge(read(props, path), "", { absent: "complies" }, jobsMustBeFixed)),
    })),
  },
};

const definitionVisible: Control = {
  id: "pipeline-definition-visible",
  title: "Pipelines are defined in the program",
  severity: "medium",
  why: "A definition that lies in a bucket or a registry changes without a preview, and no control sees what its steps run.",
  remedy: "Write the definition into the resource, and the source of a workflow that starts a pipeline in JSON.",
  url: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreatePipeline.html",
  frameworks: {
    nist80053: ["CM-3", "CM-5", "SA-10"],
    iso27001: ["A.8.9", "A.8.32"],
    soc2: ["CC8.1"],
    pciDss: ["6.5.1"],
  },
  checks: {
    aws: [
      {
        types: SAGEMAKER_PIPELINE,
        whenAbsent: "complies",
        cloudDefault: "a definition must be given",
        evaluate: ({ type, props }) => {
          const holder = type.startsWith("aws-native:") ? "pipelineDefinition." : "";
          return mustBeAbsent(props, `${holder}pipelineDefinitionS3Location`);
        },
      },
    ],
    gcp: [
      {
        types: [VERTEX_SCHEDULE],
        whenAbsent: "complies",
        cloudDefault: "a pipeline must be given",
        evaluate: ({ props }) => mustBeAbsent(props, `${VERTEX_PIPELINE_JOB}.templateUri`),
      },
      {
        types: [WORKFLOW],
        whenAbsent: "complies",
        cloudDefault: "a source must be given",
        evaluate: ({ props }) => judge(read(props, "sourceContents"), "", { absent: "complies" }, mustBeReadable),
      },
    ],
  },
};

/** The API that runs pipelines has this name in its addresses. */
function mustBeReadable(source: unknown, path: string): Finding[] {
  const startsPipeline = typeof source === "string" && /pipelineJobs/i.test(source);
  return startsPipeline && parseJson(source) === undefined
    ? [violation(`${path} starts a pipeline and is no JSON`)]
    : [];
}

const stepIdentity: Control = {
  id: "pipeline-step-identity",
  title: "Steps of a pipeline run with identities of their own",
  severity: "medium",
  why: "With one identity for all, code of a third party that trains the model reads the password of the step before it.",
  remedy: "Give each step a role or service account that reads its own inputs and secrets, and writes its own outputs.",
  frameworks: {
    nist80053: ["AC-5", "AC-6"],
    iso27001: ["A.5.3", "A.8.2"],
    soc2: ["CC6.3"],
    pciDss: ["7.2.5"],
    mitreAtlas: ["AML.M0019"],
  },
  checks: {
    aws: [definitionCheck(stepsMustDiffer)],
    gcp: [vertexPipelineCheck(jobsMustDiffer)],
  },
};

/** Steps without a role, such as those that register a model, run as the pipeline. */
function stepsMustDiffer({ steps, pipeline }: PipelineDefinition): Finding[] {
  const own = textAt(pipeline.props, "roleArn");
  const roles = steps.map(({ settings }) => roleOf(settings));
  return steps.flatMap((step, index) => mustBeOwn(roles, index, own, "role").map((finding) => inStep(step, finding)));
}

/** Tuning steps name the role in the definition of their training jobs. What a parameter names is no ARN. */
function roleOf(settings: object): string | undefined {
  const role = textAt(settings, "roleArn") ?? textAt(settings, "trainingJobDefinition.roleArn");
  return role?.startsWith("arn:") ? role : undefined;
}

const ACCOUNT = "jobSpec.serviceAccount";

function jobsMustDiffer({ executors, account: own }: VertexPipeline): Finding[] {
  const starters = executors.filter(({ job }) => job !== undefined);
  const accounts = starters.map(({ job = {} }) => textAt(job, ACCOUNT));
  return starters.flatMap((executor, index) => {
    const findings = [
      ...mustBeDedicatedAccount(executor.job ?? {}, ACCOUNT),
      ...mustBeOwn(accounts, index, own, "service account"),
    ];
    return findings.map((finding) => inExecutor(executor, finding));
  });
}

function mustBeOwn(
  identities: (string | undefined)[],
  index: number,
  own: string | undefined,
  kind: string,
): Finding[] {
  const identity = identities[index];
  if (identity === undefined) return [];
  if (identity === own) return [violation(`its ${kind} is the pipeline's own`)];
  return identities.indexOf(identity) < index ? [violation(`its ${kind} is that of another step, too`)] : [];
}

function textAt(props: object, path: string): string | undefined {
  const reading = read(props, path);
  return reading.state === "known" && typeof reading.value === "string" ? reading.value : undefined;
}

const scheduleRole: Control = {
  id: "schedule-role-narrow",
  title: "A schedule may start its pipeline and nothing else",
  severity: "high",
  why: "Whoever may change a schedule uses its role; one with more rights turns a timer into a way to these rights.",
  remedy: "Give the schedule a role of its own that allows `sagemaker:StartPipelineExecution` on the one pipeline.",
  url: "https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html",
  frameworks: {
    nist80053: ["AC-6", "AC-6(1)"],
    iso27001: ["A.5.15", "A.8.2"],
    soc2: ["CC6.3"],
    pciDss: ["7.2.5"],
  },
  stackChecks: {
    aws: [
      {
        types: [SCHEDULE],
        requires:
          "for pipelines, a role whose policies allow starting that pipeline, its queue and its key, without wildcards",
        evaluate: (schedule, stack) => mustOnlyStart(schedule, stack),
      },
    ],
  },
};

/** What a schedule needs: to start a pipeline, and to put what it could not start into an encrypted queue. */
const SCHEDULE_ACTIONS = ["sagemaker:startpipelineexecution", "sqs:sendmessage", "kms:decrypt", "kms:generatedatakey"];

function mustOnlyStart(schedule: StackResource, stack: StackView): Finding[] {
  const isPipeline = startsPipeline(schedule);
  if (isPipeline === false) return [];
  return stack.ofType(...IAM_ROLES).flatMap((role) => {
    const isUsed = all(isPipeline, namesRole(schedule, "target.roleArn", role));
    return isUsed === false ? [] : policiesOf(role, stack).flatMap((policy) => policyFindings(policy, isUsed));
  });
}

/** A target that is made along with the schedule is a pipeline if a pipeline is among what it was made from. */
function startsPipeline(schedule: StackResource): Answer {
  const arn = read(schedule.props, "target.arn");
  const made = madeFrom(schedule, "target");
  if (arn.state === "unknown" && made.length > 0) return made.some(({ type }) => SAGEMAKER_PIPELINE.includes(type));
  return ask(arn, (value) => /^arn:[^:]*:sagemaker:[^:]*:[^:]*:pipeline\//.test(textOf(value)));
}

function policyFindings({ name, isHeld, document, arn }: RolePolicy, isUsed: Answer): Finding[] {
  const applies = all(isUsed, isHeld);
  if (applies === false) return [];
  if (!document) return violatesIf(applies, `its role has the policy ${arn} through ${name}`);
  const reaches = (statement: Statement) => all(applies, allowsMore(statement));
  return noStatement(
    document.source.props,
    document.path,
    reaches,
    `of ${name} allows more than to start the pipeline`,
  );
}

function allowsMore({ allows, actions, notActions, resources, notResources }: Statement): Answer {
  return all(
    allows,
    any(
      notActions !== undefined || notResources !== undefined || resources === undefined,
      some(actions, (action) => !SCHEDULE_ACTIONS.includes(action.toLowerCase())),
      some({ known: resources?.known ?? [] }, (resource) => /[*?]/.test(resource)),
    ),
  );
}

const scheduleKey: Control = {
  id: "schedule-cmk",
  title: "Schedules are encrypted with a customer-managed key",
  severity: "low",
  why: "A schedule holds what it hands to its target; the key decides who can read that, and can be taken away.",
  remedy: "Set `kmsKeyArn` to a key of your own.",
  url: "https://docs.aws.amazon.com/scheduler/latest/UserGuide/encryption-rest.html",
  frameworks: {
    nist80053: ["SC-12", "SC-28"],
    iso27001: ["A.8.24"],
    soc2: ["CC6.1"],
    pciDss: ["3.5.1"],
    checkov: ["CKV_AWS_297"],
  },
  checks: {
    aws: [
      {
        types: [SCHEDULE],
        whenAbsent: "violates",
        cloudDefault: "a key that AWS owns",
        evaluate: ({ props }) => mustNameKmsKey(props, "kmsKeyArn"),
      },
    ],
  },
};

const privateJobs: Control = {
  id: "pipeline-job-private-network",
  title: "Custom jobs of a pipeline run in a network of your own",
  severity: "high",
  why: "In Google's network a job reaches the internet without passing any firewall, proxy or flow log of yours.",
  remedy: "Name a network attachment in the job's `pscInterfaceConfig`, and leave the shell in its containers off.",
  url: "https://cloud.google.com/vertex-ai/docs/general/vpc-psc-i-setup",
  frameworks: {
    nist80053: ["AC-4", "AC-17", "SC-7"],
    iso27001: ["A.8.20", "A.8.22"],
    soc2: ["CC6.6"],
    pciDss: ["1.3.2", "1.4.1"],
    mitreAtlas: ["AML.T0025"],
  },
  checks: {
    gcp: [
      executorCheck(({ job }) =>
        job
          ? [
              ...anyOf(
                mustBeSet(job, "jobSpec.pscInterfaceConfig.networkAttachment"),
                mustBeSet(job, "jobSpec.network"),
              ),
              ...mustNotEqual(job, "jobSpec.enableWebAccess", true),
            ]
          : [],
      ),
    ],
  },
};

const jobKey: Control = {
  id: "pipeline-job-cmk",
  title: "Custom jobs of a pipeline are encrypted with a customer-managed key",
  severity: "high",
  why: "Only with a key of your own can you see who decrypts the working copies of your data, and take the right away.",
  remedy: "Set `encryptionSpec.kmsKeyName` of the job; the pipeline's own key is not handed down.",
  url: "https://cloud.google.com/vertex-ai/docs/general/cmek",
  frameworks: {
    nist80053: ["SC-12", "SC-13", "SC-28"],
    iso27001: ["A.8.24"],
    soc2: ["CC6.1"],
    pciDss: ["3.5.1"],
    mitreAtlas: ["AML.M0012"],
    googlePolicy: ["constraints/gcp.restrictNonCmekServices"],
  },
  checks: {
    gcp: [executorCheck(({ job }) => (job ? mustBeSet(job, "encryptionSpec.kmsKeyName") : []))],
  },
};

/** Training pipelines and their schedules. */
export const pipelines: Topic = {
  title: "Pipelines and schedules",
  controls: [inputsFixed, definitionVisible, stepIdentity, privateJobs, jobKey, scheduleRole, scheduleKey],
};
