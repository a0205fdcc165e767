import assert from "node:assert/strict";
import { WITHOUT_RULES } from "../../offline-preview/export/azurerm.ts";
import { type Finding, listRules, type PreviewedStack, type Scan, scan } from "./checkov.ts";
import { compare, type Explanation, explanations } from "./explained.ts";
import { previewedStacks } from "./previewed-stacks.ts";

/** Terraform types of the machine learning services. */
const ML_TYPES = /^(aws_sagemaker|google_workbench|google_notebooks|google_vertex_ai|azurerm_machine_learning)_/;

/** Rules that are about any type at all, as Checkov lists them: each stands at hundreds. */
const GENERAL = 50;

/** One change for the worse, and what must see it. */
interface Hole {
  type: string;
  /** Changes the inputs. */
  open(inputs: Record<string, unknown>): void;
  /** Rules with the Terraform type on which they must find it. */
  rules: string[];
}

function set(path: string, value: unknown): Hole["open"] {
  return (inputs) => {
    const members = path.split(".");
    const last = members.pop() as string;
    const parent = members.reduce((object, member) => object[member] as Record<string, unknown>, inputs);
    parent[last] = value;
  };
}

const HOLES: Hole[] = [
  {
    type: "aws:sagemaker/notebookInstance:NotebookInstance",
    open: set("directInternetAccess", "Enabled"),
    rules: ["CKV_AWS_122 aws_sagemaker_notebook_instance"],
  },
  {
    type: "aws:sagemaker/notebookInstance:NotebookInstance",
    open: set("kmsKeyId", undefined),
    rules: ["CKV_AWS_22 aws_sagemaker_notebook_instance", "CKV_AWS_187 aws_sagemaker_notebook_instance"],
  },
  {
    type: "aws:sagemaker/notebookInstance:NotebookInstance",
    open: set("subnetId", undefined),
    rules: ["CKV_AWS_306 aws_sagemaker_notebook_instance"],
  },
  {
    type: "aws:sagemaker/notebookInstance:NotebookInstance",
    open: set("rootAccess", "Enabled"),
    rules: ["CKV_AWS_307 aws_sagemaker_notebook_instance"],
  },
  {
    type: "aws:sagemaker/notebookInstance:NotebookInstance",
    open: set("instanceMetadataServiceConfiguration", undefined),
    rules: ["CKV_AWS_371 aws_sagemaker_notebook_instance"],
  },
  {
    type: "aws:sagemaker/domain:Domain",
    open: set("kmsKeyId", undefined),
    rules: ["CKV_AWS_187 aws_sagemaker_domain"],
  },
  { type: "aws:kms/key:Key", open: set("enableKeyRotation", false), rules: ["CKV_AWS_7 aws_kms_key"] },
  {
    type: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    open: set("blockPublicPolicy", false),
    rules: ["CKV_AWS_54 aws_s3_bucket_public_access_block"],
  },
  {
    type: "aws:s3/bucketVersioning:BucketVersioning",
    open: set("versioningConfiguration.status", "Suspended"),
    rules: ["CKV_AWS_21 aws_s3_bucket"],
  },
  {
    type: "aws:iam/rolePolicy:RolePolicy",
    open: set("policy", JSON.stringify({ Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "*" }] })),
    rules: ["CKV_AWS_355 aws_iam_role_policy"],
  },
  {
    type: "gcp:workbench/instance:Instance",
    open: set("gceSetup.disablePublicIp", false),
    rules: ["CKV2_GCP_28 google_workbench_instance"],
  },
  {
    type: "gcp:workbench/instance:Instance",
    open: set("gceSetup.bootDisk.kmsKey", undefined),
    rules: ["CKV2_GCP_27 google_workbench_instance"],
  },
  {
    type: "gcp:storage/bucket:Bucket",
    open: set("uniformBucketLevelAccess", false),
    rules: ["CKV_GCP_29 google_storage_bucket"],
  },
  {
    type: "gcp:storage/bucket:Bucket",
    open: set("publicAccessPrevention", "inherited"),
    rules: ["CKV_GCP_114 google_storage_bucket"],
  },
  {
    type: "gcp:compute/subnetwork:Subnetwork",
    open: set("logConfig", undefined),
    rules: ["CKV_GCP_26 google_compute_subnetwork"],
  },
  {
    type: "azure-native:machinelearningservices:Workspace",
    open: set("publicNetworkAccess", "Enabled"),
    rules: ["CKV_AZURE_144 azurerm_machine_learning_workspace"],
  },
  {
    type: "azure-native:machinelearningservices:Compute",
    open: set("properties.disableLocalAuth", false),
    rules: ["CKV_AZURE_142 azurerm_machine_learning_compute_cluster"],
  },
  {
    type: "azure-native:storage:StorageAccount",
    open: set("allowSharedKeyAccess", true),
    rules: ["CKV2_AZURE_40 azurerm_storage_account"],
  },
  {
    type: "azure-native:storage:StorageAccount",
    open: set("allowBlobPublicAccess", true),
    rules: ["CKV_AZURE_190 azurerm_storage_account"],
  },
  {
    type: "azure-native:keyvault:Vault",
    open: set("properties.enablePurgeProtection", false),
    rules: ["CKV_AZURE_110 azurerm_key_vault"],
  },
  {
    type: "azure-native:containerregistry:Registry",
    open: set("adminUserEnabled", true),
    rules: ["CKV_AZURE_137 azurerm_container_registry"],
  },
];

/** The stacks with every hole opened on every resource of its type. */
function withHoles(stacks: PreviewedStack[]): PreviewedStack[] {
  const copy = structuredClone(stacks);
  for (const { resources } of copy) {
    for (const { type, inputs } of resources) {
      for (const hole of HOLES.filter((entry) => entry.type === type)) hole.open(inputs);
    }
  }
  return copy;
}

/** Findings as rule and Terraform type. */
function named(findings: Finding[]): Set<string> {
  return new Set(findings.map(({ rule, type }) => `${rule} ${type}`));
}

/** Checkov's rules by resource type, as it lists them: `| number | id | resource | type | … |`. */
function rulesByType(): Map<string, Set<string>> {
  const rows = listRules()
    .split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .filter((cells) => cells[3] === "resource");
  const uses = new Map<string, number>();
  for (const [, , rule] of rows) uses.set(rule!, (uses.get(rule!) ?? 0) + 1);
  const rules = new Map<string, Set<string>>();
  for (const [, , rule, , type] of rows) {
    if (uses.get(rule!)! < GENERAL) rules.set(type!, (rules.get(type!) ?? new Set()).add(rule!));
  }
  return rules;
}

const FINDING: Finding = {
  rule: "CKV_X_1",
  title: "Ensure it",
  type: "aws_thing",
  resource: "fraud-aws_fraud-ml-thing",
};
const EXPLANATION: Explanation = {
  rule: "CKV_X_1",
  type: "aws_thing",
  resources: ["*-ml-thing"],
  wants: "it",
  reason: "so",
};

describe("Checkov", function () {
  this.timeout(120_000);
  let stacks: PreviewedStack[];
  let result: Scan;
  before(() => {
    stacks = previewedStacks();
    result = scan(stacks);
  });

  it("holds no unexplained finding against what the components create, and no explanation is stale", () => {
    const { findings, evaluated } = result;
    assert.deepEqual(compare(findings, explanations()), []);
    const rules = rulesByType();
    for (const [type, ids] of [...rules].filter(([type]) => ML_TYPES.test(type) && evaluated.has(type))) {
      for (const id of ids) assert.ok(evaluated.get(type)?.has(id), `${id} was not evaluated on ${type}`);
    }
    for (const type of [
      "aws_sagemaker_domain",
      "aws_sagemaker_notebook_instance",
      "google_workbench_instance",
      "azurerm_machine_learning_workspace",
    ]) {
      assert.ok(evaluated.has(type), `no rule was evaluated on ${type}`);
    }
    for (const type of Object.values(WITHOUT_RULES))
      assert.ok(!rules.has(type), `Checkov has rules for ${type}: export it`);
  });

  it("finds every hole that is opened in them", () => {
    const before = named(result.findings);
    const after = named(scan(withHoles(stacks)).findings);
    for (const rule of HOLES.flatMap(({ rules }) => rules)) {
      assert.ok(!before.has(rule), `${rule} is found without a hole`);
      assert.ok(after.has(rule), `${rule} does not see the hole`);
    }
  });
});

describe("explanations of findings", () => {
  it("leave out neither a finding nor an explanation", () => {
    assert.deepEqual(compare([FINDING], [EXPLANATION]), []);
    assert.match(compare([FINDING], []).join(), /^CKV_X_1 aws_thing\.fraud-aws_fraud-ml-thing: Ensure it$/);
    assert.match(compare([], [EXPLANATION]).join(), /explained in .*, but nothing is found/);
    const other = { ...FINDING, resource: "fraud-aws_fraud-ml-thing-2" };
    assert.equal(compare([FINDING, other], [EXPLANATION]).length, 1);
    assert.equal(compare([FINDING], [{ ...EXPLANATION, resources: ["*-ml-thing", "*-ml-gone"] }]).length, 1);
  });

  it("each say what the rule wants and why it does not hold here", () => {
    for (const { wants, reason, resources } of explanations()) {
      assert.ok(wants.length > 10 && reason.length > 40 && resources.length > 0);
    }
  });
});
