/** What a security team asks for and no policy can see in a preview, with the reason and what enforces it instead. */
import type { Cloud } from "./control.ts";

/** A requirement without a control. */
export interface NotJudged {
  cloud: Cloud;
  /** The requirement as a sentence, without its full stop. */
  requirement: string;
  /** Why a preview does not show it. */
  reason: string;
  /** The place that enforces or finds it instead. */
  enforcedBy: string;
}

/** All of them, by cloud. */
export const notJudged: NotJudged[] = [
  {
    cloud: "gcp",
    requirement: "Uploaded models are encrypted with a customer-managed key",
    reason: "models are uploaded by the API; @pulumi/gcp has no resource for them",
    enforcedBy:
      "organization policy constraints/gcp.restrictNonCmekServices; Security Command Center finds what was there before",
  },
  {
    cloud: "gcp",
    requirement: "Workbench instances have narrow OAuth scopes",
    reason: "Workbench sets the scopes itself, to all of Google Cloud",
    enforcedBy: "the IAM roles of the instance's own service account, which the pack judges",
  },
  {
    cloud: "gcp",
    requirement: "Only approved features of partner models are used",
    reason: "features are chosen with each call, not with a resource",
    enforcedBy: "organization policy constraints/vertexai.allowedPartnerModelFeatures",
  },
  {
    cloud: "azure",
    requirement: "Compute instances run the latest image",
    reason: "the image's age is known when the instance runs",
    enforcedBy: "Azure Policy f110a506 (audit); recreate instances on a schedule",
  },
  {
    cloud: "azure",
    requirement: "Jobs use approved packages, authors and registries, signed code, an approval and a log filter",
    reason: "jobs are submitted to the data plane; no resource has these settings",
    enforcedBy: "Azure Policy 77eeea86, 53c70b02, 5853517a, 6a6f7384, 3948394e and 1d413020",
  },
];
