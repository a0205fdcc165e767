import type { ControlCases, ResourceCase, StackCase } from "../cases.ts";
import { onPipelines } from "../pipelines.ts";
import { type TestResource, unknown, urnOf } from "../server.ts";
import { customJob, onVertexPipelines, schedule, workflow } from "../vertex-pipelines.ts";

const KEY = "arn:aws:kms:eu-west-1:111122223333:key/1";
const GOOGLE_KEY = "projects/p/locations/europe-west1/keyRings/r/cryptoKeys/k";
const ATTACHMENT = "projects/p/regions/europe-west1/networkAttachments/ml";
const ACCOUNT = "fraud-train@p.iam.gserviceaccount.com";
const VERTEX_SCHEDULE = "gcp:vertex/aiSchedule:AiSchedule";

const PARAMETER = { Get: "Parameters.Value" };
const joined = (value: unknown) => ({ "Std:Join": { On: "/", Values: ["s3://bucket", value] } });

const sagemakerInputs: ControlCases[] = onPipelines("pipeline-inputs-fixed", [
  [
    "everything written down",
    "Training",
    { RoleArn: "arn:aws:iam::111122223333:role/train", AlgorithmSpecification: { TrainingImage: "image" } },
    "complies",
  ],
  ["a number from a parameter", "Training", { HyperParameters: { epochs: PARAMETER } }, "complies"],
  ["an argument from a parameter", "Processing", { AppSpecification: { ContainerArguments: [PARAMETER] } }, "complies"],
  [
    "an input from an earlier step",
    "Training",
    { InputDataConfig: [{ DataSource: { S3DataSource: { S3Uri: joined({ Get: "Steps.prepare.Name" }) } } }] },
    "complies",
  ],
  [
    "the run's id",
    "Training",
    { OutputDataConfig: { S3OutputPath: joined({ Get: "Execution.PipelineExecutionId" }) } },
    "complies",
  ],
  ["a role", "Training", { RoleArn: PARAMETER }, "violates"],
  ["a role of a tuning job", "Tuning", { TrainingJobDefinition: { RoleArn: PARAMETER } }, "violates"],
  ["an image", "Processing", { AppSpecification: { ImageUri: PARAMETER } }, "violates"],
  ["an input", "Processing", { ProcessingInputs: [{ S3Input: { S3Uri: PARAMETER } }] }, "violates"],
  ["an output", "Training", { OutputDataConfig: { S3OutputPath: PARAMETER } }, "violates"],
  ["a part of an output", "Training", { OutputDataConfig: { S3OutputPath: joined(PARAMETER) } }, "violates"],
  ["the model of a transform job", "Transform", { ModelName: PARAMETER }, "violates"],
  ["a key", "Training", { OutputDataConfig: { KmsKeyId: PARAMETER } }, "violates"],
  ["a network", "Training", { VpcConfig: { Subnets: [PARAMETER] } }, "violates"],
  ["code", "Training", { HyperParameters: { sagemaker_submit_directory: PARAMETER } }, "violates"],
  [
    "a role under a condition",
    "Condition",
    { Conditions: [], IfSteps: [{ Name: "Train", Type: "Training", Arguments: { RoleArn: PARAMETER } }] },
    "violates",
  ],
]);

/** A document with one task, whose inputs come from the pipeline's parameters. */
function document(executor: unknown, inputs: Record<string, unknown>): Record<string, unknown> {
  return schedule(
    JSON.stringify({
      root: {
        inputDefinitions: { parameters: { chosen: { parameterType: "STRING" } } },
        dag: { tasks: { train: { componentRef: { name: "comp-train" }, inputs: { parameters: inputs } } } },
      },
      components: { "comp-train": { executorLabel: "exec-train" } },
      deploymentSpec: { executors: { "exec-train": executor } },
    }),
  );
}

/** The same one level deeper: the pipeline's task is a pipeline itself. */
function nested(executor: unknown, inner: Record<string, unknown>): Record<string, unknown> {
  const task = (name: string, parameters: unknown) => ({ [name]: { componentRef: { name }, inputs: { parameters } } });
  return schedule(
    JSON.stringify({
      root: {
        inputDefinitions: { parameters: { chosen: {} } },
        dag: { tasks: task("comp-inner", { handed: CHOSEN }) },
      },
      components: {
        "comp-inner": { dag: { tasks: task("comp-train", inner) } },
        "comp-train": { executorLabel: "exec-train" },
      },
      deploymentSpec: { executors: { "exec-train": executor } },
    }),
  );
}

const CHOSEN = { componentInputParameter: "chosen" };
const CONSTANT = { runtimeValue: { constant: "written down" } };
const input = (name: string) => `{{$.inputs.parameters['${name}']}}`;
const payload = (text: string) => ({ container: { image: "launcher", args: ["--payload", text] } });

const vertexInputs: ControlCases[] = [
  ...onVertexPipelines("pipeline-inputs-fixed", [
    ["everything written down", { container: { image: "image" } }, "complies"],
  ]),
  {
    control: "pipeline-inputs-fixed",
    type: VERTEX_SCHEDULE,
    cases: [
      ["an image from a parameter", document({ container: { image: input("image") } }, { image: CHOSEN }), "violates"],
      ["an image from a constant", document({ container: { image: input("image") } }, { image: CONSTANT }), "complies"],
      [
        "an image that another task gives",
        document({ container: { image: input("image") } }, { image: { taskOutputParameter: { producerTask: "a" } } }),
        "complies",
      ],
      [
        "a number from a parameter",
        document({ container: { args: [input("epochs")] } }, { epochs: CHOSEN }),
        "complies",
      ],
      [
        "an account from a parameter",
        document(customJob({ service_account: input("account") }), { account: CHOSEN }),
        "violates",
      ],
      [
        "an account from a parameter, in a job of the document's own",
        document({ customJob: { customJob: { jobSpec: { serviceAccount: input("account") } } } }, { account: CHOSEN }),
        "violates",
      ],
      [
        "machines from a parameter, in a payload that is no JSON yet",
        document(payload(`{"job_spec": {"worker_pool_specs": ${input("specs")}}}`), { specs: CHOSEN }),
        "violates",
      ],
      [
        "a number from a parameter, in such a payload",
        document(payload(`{"job_spec": {"timeout": ${input("specs")}}}`), { specs: CHOSEN }),
        "complies",
      ],
      [
        "data from a parameter",
        document({ importer: { artifactUri: { runtimeParameter: "uri" } } }, { uri: CHOSEN }),
        "violates",
      ],
      [
        "data from a constant",
        document({ importer: { artifactUri: { constant: "gs://a" } } }, { uri: CHOSEN }),
        "complies",
      ],
      [
        "an image from a parameter of the pipeline around it",
        nested({ container: { image: input("image") } }, { image: { componentInputParameter: "handed" } }),
        "violates",
      ],
      [
        "an image from a constant inside",
        nested({ container: { image: input("image") } }, { image: CONSTANT }),
        "complies",
      ],
    ],
  },
];

/** A document whose image comes from a parameter. */
const CHOSEN_IMAGE = (
  document({ container: { image: input("image") } }, { image: CHOSEN }).createPipelineJobRequest as {
    pipelineJob: { pipelineSpec: string };
  }
).pipelineJob.pipelineSpec;

const AZURE_PIPELINES: [name: string, write: (jobs: unknown) => Record<string, unknown>][] = [
  ["Job", (jobs) => ({ properties: { jobs } })],
  ["Schedule", (jobs) => ({ properties: { action: { jobDefinition: { jobs } } } })],
  ["ComponentVersion", (componentSpec) => ({ properties: { componentSpec } })],
  ["RegistryComponentVersion", (componentSpec) => ({ properties: { componentSpec } })],
];

const azureInputs: ControlCases[] = AZURE_PIPELINES.map(([name, write]) => ({
  control: "pipeline-inputs-fixed",
  type: `azure-native:machinelearningservices:${name}`,
  cases: [
    ["everything written down", write({ train: { computeId: unknown, environmentId: "azureml:env:1" } }), "complies"],
    [
      "data from an input",
      write({ train: { computeId: "cpu", inputs: { raw: { path: `\${{parent.inputs.raw}}` } } } }),
      "complies",
    ],
    ["a compute from an input", write({ train: { computeId: `\${{parent.inputs.compute}}` } }), "violates"],
    ["a compute from an input, as in YAML", write({ train: { compute: `\${{ parent.inputs.compute }}` } }), "violates"],
    ["an environment from an input", write({ train: { environment: `azureml:\${{parent.inputs.env}}` } }), "violates"],
    ["unknown jobs", write(unknown), "undecided"],
    ["jobs of a wrong type", write("jobs"), "complies"],
  ] satisfies ResourceCase[],
}));

const ROLE = "arn:aws:iam::111122223333:role/";
/** A pipeline whose steps have these roles. */
const withRoles = (roleArn: unknown, ...roles: unknown[]) => ({
  roleArn,
  pipelineDefinition: JSON.stringify({
    Steps: roles.map((role, index) => ({ Name: `step${index}`, Type: "Processing", Arguments: { RoleArn: role } })),
  }),
});

const stepIdentities: ControlCases[] = [
  ...onPipelines("pipeline-step-identity", [
    ["a role", "Training", { RoleArn: `${ROLE}train` }, "complies"],
    ["a step without a role", "RegisterModel", {}, "complies"],
    ["a role that a parameter names", "Training", { RoleArn: PARAMETER }, "complies"],
  ]),
  {
    control: "pipeline-step-identity",
    type: "aws:sagemaker/pipeline:Pipeline",
    cases: [
      ["a role for each step", withRoles(`${ROLE}pipeline`, `${ROLE}a`, `${ROLE}b`), "complies"],
      ["a pipeline whose role is unknown", withRoles(unknown, `${ROLE}a`, `${ROLE}b`), "complies"],
      ["one role for two steps", withRoles(`${ROLE}pipeline`, `${ROLE}a`, `${ROLE}a`), "violates"],
      ["the pipeline's role", withRoles(`${ROLE}pipeline`, `${ROLE}a`, `${ROLE}pipeline`), "violates"],
    ],
  },
  {
    control: "pipeline-step-identity",
    type: "aws-native:sagemaker:Pipeline",
    cases: [
      [
        "the pipeline's role, in a tuning job",
        {
          roleArn: `${ROLE}pipeline`,
          pipelineDefinition: {
            pipelineDefinitionBody: JSON.stringify({
              Steps: [
                {
                  Name: "tune",
                  Type: "Tuning",
                  Arguments: { TrainingJobDefinition: { RoleArn: `${ROLE}pipeline` } },
                },
              ],
            }),
          },
        },
        "violates",
      ],
    ],
  },
  ...onVertexPipelines(
    "pipeline-step-identity",
    [
      ["an account", customJob({ service_account: ACCOUNT }), "complies"],
      ["a container of the pipeline itself", { container: { image: "gate" } }, "complies"],
      ["no account", customJob({}), "violates"],
      ["the default account", customJob({ service_account: "123-compute@developer.gserviceaccount.com" }), "violates"],
      [
        "the pipeline's account",
        customJob({ service_account: "fraud-pipeline@p.iam.gserviceaccount.com" }),
        "violates",
      ],
    ],
    undefined,
    { serviceAccount: "fraud-pipeline@p.iam.gserviceaccount.com" },
  ),
  {
    control: "pipeline-step-identity",
    type: VERTEX_SCHEDULE,
    cases: [
      [
        "one account for two jobs",
        schedule(
          JSON.stringify({
            deploymentSpec: {
              executors: { a: customJob({ service_account: ACCOUNT }), b: customJob({ service_account: ACCOUNT }) },
            },
          }),
        ),
        "violates",
      ],
    ],
  },
];

const jobs: ControlCases[] = [
  ...onVertexPipelines("pipeline-job-private-network", [
    ["a network attachment", customJob({ psc_interface_config: { network_attachment: ATTACHMENT } }), "complies"],
    ["a peered network", customJob({ network: "projects/1/global/networks/ml" }), "complies"],
    [
      "an attachment, in a job of the document's own",
      { customJob: { customJob: { jobSpec: { pscInterfaceConfig: { networkAttachment: ATTACHMENT } } } } },
      "complies",
    ],
    ["a container of the pipeline itself", { container: { image: "gate" } }, "complies"],
    ["neither", customJob({}), "violates"],
    [
      "a shell in the containers",
      customJob({ enable_web_access: true, psc_interface_config: { network_attachment: ATTACHMENT } }),
      "violates",
    ],
  ]),
  ...onVertexPipelines("pipeline-job-cmk", [
    ["a key", customJob({}, { encryption_spec: { kms_key_name: GOOGLE_KEY } }), "complies"],
    ["a container of the pipeline itself", { container: { image: "gate" } }, "complies"],
    ["no key", customJob({}), "violates"],
    ["an empty key", customJob({}, { encryption_spec: { kms_key_name: "" } }), "violates"],
  ]),
];

const PIPELINE_ARN = "arn:aws:sagemaker:eu-west-1:111122223333:pipeline/nightly";
const SCHEDULE = "aws:scheduler/schedule:Schedule";

const pipeline: TestResource = { type: "aws:sagemaker/pipeline:Pipeline", name: "nightly" };
const role: TestResource = {
  type: "aws:iam/role:Role",
  name: "schedule",
  properties: { name: "schedule", arn: unknown },
};

/** A schedule of a pipeline, and its role with one statement. */
function stack(statement: Record<string, unknown>, target: Record<string, unknown> = {}): TestResource[] {
  const policy = JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });
  return [
    {
      type: SCHEDULE,
      name: "nightly",
      properties: { target: { arn: PIPELINE_ARN, roleArn: `${ROLE}schedule`, ...target } },
    },
    role,
    { type: "aws:iam/rolePolicy:RolePolicy", name: "start", properties: { role: "schedule", policy } },
  ];
}

const START = { Action: "sagemaker:StartPipelineExecution", Resource: PIPELINE_ARN };
const QUEUE = { Action: ["sqs:SendMessage"], Resource: "arn:aws:sqs:eu-west-1:111122223333:failed" };

/** The schedule with a target that is made from another resource of the stack. */
function madeFromTarget([first, ...rest]: TestResource[], target: TestResource): TestResource[] {
  const properties = { target: { arn: unknown, roleArn: `${ROLE}schedule` } };
  return [{ ...first!, properties, propertyDependencies: { target: [urnOf(target)] } }, target, ...rest];
}

const scheduleRoles: StackCase[] = [
  ["to start the pipeline", stack(START), "complies"],
  ["to fill a queue", stack(QUEUE), "complies"],
  ["a pipeline that is made along with it", madeFromTarget(stack(START), pipeline), "complies"],
  [
    "more, for a pipeline that is made along with it",
    madeFromTarget(stack({ ...START, Resource: "*" }), pipeline),
    "violates",
  ],
  [
    "more, for another target that is made along with it",
    madeFromTarget(stack({ ...START, Resource: "*" }), { type: "aws:sqs/queue:Queue", name: "q" }),
    "complies",
  ],
  [
    "more, for another target",
    stack({ ...START, Resource: "*" }, { arn: "arn:aws:lambda:eu-west-1:111122223333:function:f" }),
    "complies",
  ],
  ["every pipeline", stack({ ...START, Resource: "*" }), "violates"],
  ["pipelines by a wildcard", stack({ ...START, Resource: `${PIPELINE_ARN}*` }), "violates"],
  ["another action", stack({ ...START, Action: ["sagemaker:StartPipelineExecution", "iam:PassRole"] }), "violates"],
  ["every action", stack({ ...START, Action: "sagemaker:*" }), "violates"],
  ["everything but an action", stack({ NotAction: "iam:*", Resource: PIPELINE_ARN }), "violates"],
  [
    "a policy of AWS's own",
    [
      ...stack(START),
      {
        type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        name: "full",
        properties: { role: "schedule", policyArn: "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess" },
      },
    ],
    "violates",
  ],
  ["an unknown target", stack({ ...START, Resource: "*" }, { arn: unknown }), "undecided"],
];

const schedules: ControlCases[] = [
  { control: "schedule-role-narrow", type: SCHEDULE, stackCases: scheduleRoles },
  {
    control: "schedule-cmk",
    type: SCHEDULE,
    cases: [
      ["a key", { kmsKeyArn: KEY }, "complies"],
      ["a key that is made along with it", { kmsKeyArn: unknown }, "complies"],
      ["a key that AWS manages", { kmsKeyArn: "alias/aws/scheduler" }, "violates"],
      ["an empty key", { kmsKeyArn: "" }, "violates"],
    ],
  },
];

const visible: ControlCases[] = [
  {
    control: "pipeline-definition-visible",
    type: "aws:sagemaker/pipeline:Pipeline",
    cases: [
      ["in the program", { pipelineDefinition: "{}" }, "complies"],
      ["in a bucket", { pipelineDefinitionS3Location: { bucket: "b", objectKey: "k" } }, "violates"],
      ["perhaps in a bucket", { pipelineDefinitionS3Location: unknown }, "undecided"],
    ],
  },
  {
    control: "pipeline-definition-visible",
    type: "aws-native:sagemaker:Pipeline",
    cases: [
      ["in the program", { pipelineDefinition: { pipelineDefinitionBody: "{}" } }, "complies"],
      ["in a bucket", { pipelineDefinition: { pipelineDefinitionS3Location: { bucket: "b", key: "k" } } }, "violates"],
    ],
  },
  {
    control: "pipeline-definition-visible",
    type: VERTEX_SCHEDULE,
    cases: [
      ["in the program", schedule("{}"), "complies"],
      ["in a registry", { createPipelineJobRequest: { pipelineJob: { templateUri: "https://a/b" } } }, "violates"],
      ["an unknown template", { createPipelineJobRequest: { pipelineJob: { templateUri: unknown } } }, "undecided"],
    ],
  },
  {
    control: "pipeline-definition-visible",
    type: "gcp:workflows/workflow:Workflow",
    cases: [
      ["in JSON", workflow("{}"), "complies"],
      ["a workflow of another kind", { sourceContents: "main:\n  steps: []" }, "complies"],
      ["in YAML", { sourceContents: "main:\n  call: googleapis.aiplatform.v1.pipelineJobs.create" }, "violates"],
      ["unknown", { sourceContents: unknown }, "undecided"],
    ],
  },
];

const inWorkflow: ControlCases = {
  control: "pipeline-inputs-fixed",
  type: "gcp:workflows/workflow:Workflow",
  cases: [["an image from a parameter", workflow(CHOSEN_IMAGE), "violates"]],
};

export const cases: ControlCases[] = [
  inWorkflow,
  ...visible,
  ...sagemakerInputs,
  ...vertexInputs,
  ...azureInputs,
  ...stepIdentities,
  ...jobs,
  ...schedules,
];
