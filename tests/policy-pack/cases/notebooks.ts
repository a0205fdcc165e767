import type { ControlCases } from "../cases.ts";
import { unknown } from "../server.ts";

const SAGEMAKER_NOTEBOOK = "aws:sagemaker/notebookInstance:NotebookInstance";
const WORKBENCH = "gcp:workbench/instance:Instance";

export const cases: ControlCases[] = [
  {
    control: "notebook-no-public-ip",
    type: SAGEMAKER_NOTEBOOK,
    cases: [
      ["off", { directInternetAccess: "Disabled" }, "complies"],
      ["on", { directInternetAccess: "Enabled" }, "violates"],
      ["unknown", { directInternetAccess: unknown }, "undecided"],
    ],
  },
  {
    control: "notebook-no-public-ip",
    type: WORKBENCH,
    cases: [
      ["off", { gceSetup: { disablePublicIp: true } }, "complies"],
      ["on", { gceSetup: { disablePublicIp: false } }, "violates"],
      ["unknown", { gceSetup: { disablePublicIp: unknown } }, "undecided"],
    ],
  },
  {
    control: "notebook-storage-cmk",
    type: SAGEMAKER_NOTEBOOK,
    cases: [
      ["a key", { kmsKeyId: "arn:aws:kms:eu-west-1:111122223333:key/1" }, "complies"],
      ["empty", { kmsKeyId: "" }, "violates"],
      ["unknown key", { kmsKeyId: unknown }, "complies"],
    ],
  },
];
