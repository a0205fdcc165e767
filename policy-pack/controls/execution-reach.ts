/** Controls of what an execution role reaches beside its own workspace. */
import { type Answer, all, any } from "../checks/answers.ts";
import { mustKeepToOwnBuckets } from "../checks/bucket-reach.ts";
import { readDocument, some } from "../checks/iam-document.ts";
import { IAM_ROLES, trustPath } from "../checks/role-policies.ts";
import type { Control, StackResource, Topic } from "../control.ts";

const ownBuckets: Control = {
  id: "execution-role-own-buckets",
  title: "Execution roles reach only buckets of their stack, and others by name",
  severity: "high",
  why: "Code in a notebook or job, or in a model file that it loads, reads and writes every bucket that its role reaches.",
  remedy: "Name the buckets in the policy. For one outside the stack, add a condition on its owner, or list it.",
  frameworks: {
    nist80053: ["AC-3", "AC-4", "AC-6"],
    iso27001: ["A.5.15", "A.8.3"],
    soc2: ["CC6.1", "CC6.3"],
    pciDss: ["7.2.1"],
    mitreAtlas: ["AML.T0025"],
  },
  url: "https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html",
  parameters: {
    foreignBuckets: {
      description:
        "Buckets outside the stack that execution roles may use; `*` stands for any text. Empty: any that is named in " +
        "full, if a condition of the statement or of the permissions boundary says whose it must be.",
      type: "array",
      default: [],
    },
  },
  stackChecks: {
    aws: [
      {
        types: IAM_ROLES,
        requires: "policies that let SageMaker's roles reach no bucket but those of the stack and those that are named",
        evaluate: (role, stack, context) =>
          mustKeepToOwnBuckets(role, stack, isExecutionRole(role), context.list("foreignBuckets")),
      },
    ],
  },
};

/** Whether SageMaker can run notebooks, jobs and models as the role. */
function isExecutionRole(role: StackResource): Answer {
  const trust = readDocument(role.props, trustPath(role));
  if (trust.state !== "known") return trust.state === "unknown" && trust;
  const trusting = trust.statements.map(({ allows, principals }) =>
    all(
      allows,
      some(principals?.Service, (service) => service === "sagemaker.amazonaws.com"),
    ),
  );
  return any(...trusting, ...trust.unknownStatements);
}

/** Controls of what an execution role reaches beside its own workspace. */
export const executionReach: Topic = { title: "What execution roles reach", controls: [ownBuckets] };
