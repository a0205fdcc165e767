/** Controls of notebooks: SageMaker notebook instances, Workbench instances and Azure ML compute. */
import type { Control, Topic } from "../control.ts";
import { mustBeSet, mustEqual } from "../findings.ts";

const SAGEMAKER_NOTEBOOK = "aws:sagemaker/notebookInstance:NotebookInstance";
const WORKBENCH = "gcp:workbench/instance:Instance";

const controls: Control[] = [
  {
    id: "notebook-no-public-ip",
    title: "Notebooks have no direct way to and from the internet",
    severity: "critical",
    why: "A notebook with an address or route of its own bypasses every network control, for data going out and for attackers coming in.",
    remedy: "Switch off direct internet access and public addresses, and reach services through private endpoints.",
    frameworks: {
      nist80053: ["AC-4", "SC-7"],
      securityHub: ["SageMaker.1"],
      googlePolicy: ["constraints/ainotebooks.restrictPublicIp"],
      checkov: ["CKV_AWS_122", "CKV2_GCP_28"],
    },
    checks: {
      aws: [
        {
          types: [SAGEMAKER_NOTEBOOK],
          whenAbsent: "violates",
          cloudDefault: "directInternetAccess is Enabled",
          evaluate: ({ props }) => mustEqual(props, "directInternetAccess", "Disabled", { absent: "violates" }),
        },
      ],
      gcp: [
        {
          types: [WORKBENCH],
          whenAbsent: "violates",
          cloudDefault: "the instance gets a public address",
          evaluate: ({ props }) => mustEqual(props, "gceSetup.disablePublicIp", true, { absent: "violates" }),
        },
      ],
    },
  },
  {
    id: "notebook-storage-cmk",
    title: "Notebook disks are encrypted with a customer-managed key",
    severity: "high",
    why: "Only with a key of your own can you see who decrypts the working copies of your data, and revoke it.",
    remedy: "Give the notebook the workspace's notebook key.",
    frameworks: { nist80053: ["SC-12", "SC-28"], securityHub: ["SageMaker.21"], checkov: ["CKV_AWS_22"] },
    checks: {
      aws: [
        {
          types: [SAGEMAKER_NOTEBOOK],
          whenAbsent: "violates",
          cloudDefault: "an AWS-owned key",
          evaluate: ({ props }) => mustBeSet(props, "kmsKeyId"),
        },
      ],
    },
  },
];

/** Notebooks. */
export const notebooks: Topic = { title: "Notebooks", controls };
