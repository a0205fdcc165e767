/** Controls of what the identity of a notebook, job or model reaches beside its own workspace. */
import { type Answer, all, any } from "../checks/answers.ts";
import { mustKeepToOwnBuckets } from "../checks/bucket-reach.ts";
import { ACCOUNT_HOLDERS } from "../checks/execution-identities.ts";
import { readDocument, some } from "../checks/iam-document.ts";
import { IAM_ROLES, trustPath } from "../checks/role-policies.ts";
import { accountMustKeepToOwnBuckets, identityMustKeepToOwnAccounts } from "../checks/storage-reach.ts";
import { AZURE_ML_COMPUTE, AZURE_ML_WORKSPACE } from "../checks/types.ts";
import type { Control, StackResource, Topic } from "../control.ts";

const ownStorage: Control = {
  id: "execution-identity-own-storage",
  title: "Notebooks, jobs and models reach only storage of their stack, and other storage by name",
  severity: "high",
  why: "Code in a notebook or job, or in a model file that it loads, reads and writes whatever its identity reaches.",
  remedy:
    "Grant rights on single buckets or accounts. On AWS, say whose a bucket outside the stack must be, or list it.",
  frameworks: {
    nist80053: ["AC-3", "AC-4", "AC-6"],
    iso27001: ["A.5.15", "A.8.3"],
    soc2: ["CC6.1", "CC6.3"],
    pciDss: ["7.2.1"],
    mitreAtlas: ["AML.T0025"],
  },
  url: "https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html",
  parameters: {
    foreignStorage: {
      description:
        "Buckets and storage accounts outside the stack that may be used; `*` stands for any text. Empty: any that is " +
        "named in full; on AWS, if a condition of the statement or of the permissions boundary says whose it must be.",
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
          mustKeepToOwnBuckets(role, stack, isExecutionRole(role), context.list("foreignStorage")),
      },
    ],
    gcp: [
      {
        types: ACCOUNT_HOLDERS,
        requires: "a service account that opens no bucket by a grant on a project, folder or organization",
        evaluate: (holder, stack, context) =>
          accountMustKeepToOwnBuckets(holder, stack, context.list("foreignStorage")),
      },
    ],
    azure: [
      {
        types: [AZURE_ML_COMPUTE, AZURE_ML_WORKSPACE],
        requires: "identities that open no storage by an assignment on a resource group, subscription or above",
        evaluate: (holder, stack, context) =>
          identityMustKeepToOwnAccounts(holder, stack, context.list("foreignStorage")),
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

/** Controls of what the identity of a notebook, job or model reaches beside its own workspace. */
export const executionReach: Topic = { title: "What execution roles reach", controls: [ownStorage] };
