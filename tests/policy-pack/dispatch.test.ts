/** What the server skips changes no verdict, whatever overlaps. */
import assert from "node:assert/strict";
import { noteTypes, onlyFor } from "../../policy-pack/dispatch.ts";
import { type Pack, startPack, type TestResource, urnOf, type Verdict } from "./server.ts";

const NOTEBOOK = "aws:sagemaker/notebookInstance:NotebookInstance";
const KINDS: TestResource[] = [
  { type: NOTEBOOK, properties: { directInternetAccess: "Enabled", rootAccess: "Enabled" } },
  { type: "aws:s3/bucket:Bucket", properties: { acl: "public-read" } },
  { type: "gcp:storage/bucket:Bucket", properties: { publicAccessPrevention: "inherited" } },
  { type: "azure-native:storage:StorageAccount", properties: { publicNetworkAccess: "Enabled" } },
  { type: "azure-native_storage_v20240101:storage/v20240101:StorageAccount", properties: {} },
  { type: "random:index/randomId:RandomId", properties: { byteLength: 4 } },
];
const RESOURCES = Array.from({ length: 120 }, (_, index) => ({
  ...(KINDS[index % KINDS.length] as TestResource),
  name: `number-${index}`,
}));

/** Policy and message of each violation, and whether the policy was skipped where it could have spoken. */
const saidOf = ({ violations }: Verdict) => violations.map(({ policy, urn, message }) => [policy, urn, message]);

/** Runs policies on a request as the server does: one after another, each in a step of its own. */
async function serve(policies: { __pulumiType?: string }[], type: string): Promise<boolean[]> {
  const skipped: boolean[] = [];
  for (const policy of policies) {
    const only = policy.__pulumiType;
    skipped.push(only !== undefined && only !== type);
    await (policy === first ? Promise.resolve(noteTypes([type])) : undefined);
  }
  return skipped;
}

const first = {};

describe("onlyFor", () => {
  it("skips nothing as long as nobody tells the types", () => {
    assert.equal((onlyFor(["a:b:A"], () => {}) as { __pulumiType?: string }).__pulumiType, undefined);
  });

  it("skips by the types of the same request, also while another one is served", async () => {
    const policies = [first, onlyFor(["a:b:A"], () => {}), onlyFor(["a:b:B"], () => {}), onlyFor(["a:b:A"], () => {})];
    const both = await Promise.all(["a:b:A", "a:b:B"].map((type) => serve(policies, type)));
    assert.deepEqual(both, [
      [false, false, true, false],
      [false, true, false, true],
    ]);
  });
});

describe("dispatch", function () {
  this.timeout(60_000);
  let pack: Pack;
  const judgeInTurn = async () => {
    const verdicts: Verdict[] = [];
    for (const resource of RESOURCES) verdicts.push(await pack.analyze(resource));
    return verdicts;
  };

  beforeEach(async () => {
    pack = await startPack();
  });
  afterEach(() => pack.stop());

  it("names the policies that do not apply, and runs those that do", async () => {
    await pack.configure({});
    const [notebook] = KINDS as [TestResource];
    const { violations, notApplicable } = await pack.analyze(notebook);
    assert.ok(violations.some(({ policy }) => policy === "notebook-no-direct-internet"));
    const bucket = notApplicable.find(({ policy }) => policy === "storage-no-public-grants");
    assert.match(bucket?.reason ?? "", /aws:s3\/bucket:Bucket/);
  });

  it("gives the same verdicts on requests that overlap as on requests in turn, and as without skipping", async () => {
    // The policy that tells the types does not run, so nothing is skipped.
    await pack.configure({ selection: "disabled" });
    const everything = (await judgeInTurn()).map(saidOf);
    await pack.configure({});
    const inTurn = (await judgeInTurn()).map(saidOf);
    const together = (await Promise.all(RESOURCES.map((resource) => pack.analyze(resource)))).map(saidOf);
    assert.deepEqual(inTurn, everything);
    assert.deepEqual(together, everything);
    const judged = everything.filter((violations) => violations.length > 0);
    assert.equal(judged.length, (RESOURCES.length / KINDS.length) * 5);
  });

  it("judges the relations of every stack, whatever was judged before and meanwhile", async () => {
    const role = { type: "aws:iam/role:Role", name: "role" };
    const insecure: TestResource[] = [
      role,
      { type: NOTEBOOK, properties: {}, propertyDependencies: { roleArn: [urnOf(role)] } },
      { type: "aws:s3/bucket:Bucket", properties: { bucket: "b" } },
    ];
    const other: TestResource[] = [{ type: "random:index/randomId:RandomId", properties: {} }];
    await pack.configure({ selection: "disabled" });
    const alone = saidOf(await pack.analyzeStack(insecure));
    assert.ok(alone.length > 0);
    await pack.configure({});
    const verdicts = await Promise.all([other, insecure, other, insecure].map((stack) => pack.analyzeStack(stack)));
    assert.deepEqual(verdicts.map(saidOf), [[], alone, [], alone]);
  });
});
