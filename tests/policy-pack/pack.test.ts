/** The pack as the engine sees it: start, description, levels, unknown values, dated types and exemptions. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { controls } from "../../policy-pack/controls/index.ts";
import { type Pack, secret, startPack, unknown, urnOf, type Verdict } from "./server.ts";

const NOTEBOOK = "aws:sagemaker/notebookInstance:NotebookInstance";
const STACK = { type: "pulumi:pulumi:Stack", name: "policies-test" };
const KEY_CONTROL = "notebook-disk-cmk";

function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}

function exemption(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    control: KEY_CONTROL,
    resource: "*::legacy-*",
    reason: "disk cannot be re-encrypted before the move",
    owner: "ml-platform@example.com",
    expires: inDays(30),
    ...changes,
  };
}

function reports(verdict: Verdict, policy: string): string[] {
  return verdict.violations.filter((violation) => violation.policy === policy).map(({ message }) => message);
}

describe("policy pack", () => {
  let pack: Pack;
  before(async () => {
    pack = await startPack();
  });
  after(() => pack.stop());
  beforeEach(() => pack.configure({}));

  function exempt(...entries: Record<string, unknown>[]): Promise<void> {
    return pack.configure({ exemptions: { exemptions: entries } });
  }

  it("describes every control to the engine", async () => {
    const { name, policiesList } = await pack.info();
    assert.equal(name, "secure-ml");
    assert.deepEqual(
      policiesList.map((policy) => policy.name),
      ["selection", "exemptions", "exemption-in-force", ...controls.map(({ id }) => id)],
    );
    const policy = policiesList.find((one) => one.name === KEY_CONTROL)!;
    assert.equal(policy.enforcementlevel, 1);
    assert.equal(policy.severity, 3);
    assert.match(policy.remediationSteps, /key/);
    assert.equal(policy.framework?.name, "NIST SP 800-53");
    assert.ok(policy.tagsList.includes("securityHub:SageMaker.21"));
    const inForce = policiesList.find((one) => one.name === "exemption-in-force")!;
    assert.deepEqual([inForce.enforcementlevel, inForce.tagsList], [0, ["exemption"]]);
  });

  it("makes high and critical controls mandatory and the others advisory", async () => {
    const { policiesList } = await pack.info();
    for (const { id, severity } of controls) {
      const expected = severity === "high" || severity === "critical" ? 1 : 0;
      assert.equal(policiesList.find((policy) => policy.name === id)?.enforcementlevel, expected, id);
    }
  });

  it("takes a control's level from the configuration", async () => {
    await pack.configure({ [KEY_CONTROL]: "advisory" });
    const [violation] = (await pack.analyze({ type: NOTEBOOK })).violations.filter(
      ({ policy }) => policy === KEY_CONTROL,
    );
    assert.equal(violation?.level, "advisory");
    await pack.configure({ [KEY_CONTROL]: "disabled" });
    assert.deepEqual(reports(await pack.analyze({ type: NOTEBOOK }), KEY_CONTROL), []);
  });

  it("says which property breaks the control, and what it must be", async () => {
    const verdict = await pack.analyze({ type: NOTEBOOK, properties: { directInternetAccess: "Enabled" } });
    assert.match(
      reports(verdict, "notebook-no-direct-internet")[0]!,
      /directInternetAccess is "Enabled"; it must be "Disabled"/,
    );
  });

  it("reports an unknown value as the engine shows it", async () => {
    const verdict = await pack.analyze({ type: NOTEBOOK, properties: { directInternetAccess: unknown } });
    const [report] = verdict.notEvaluated.filter(({ policy }) => policy === "notebook-no-direct-internet");
    assert.match(report!.message, /value at \.directInternetAccess can't be known during preview/);
    assert.deepEqual([report!.level, report!.severity], ["advisory", 4]);
  });

  it("sees through secrets", async () => {
    const verdict = await pack.analyze({
      type: NOTEBOOK,
      properties: { directInternetAccess: secret("Disabled"), kmsKeyId: secret(unknown) },
    });
    assert.deepEqual(reports(verdict, "notebook-no-direct-internet"), []);
    assert.deepEqual(reports(verdict, KEY_CONTROL), []);
  });

  it("says nothing about types without controls", async () => {
    const verdict = await pack.analyze({ type: "random:index/randomId:RandomId" });
    assert.deepEqual([verdict.violations, verdict.notEvaluated], [[], []]);
  });

  it("leaves an exempted resource in peace, and says so", async () => {
    await exempt(exemption());
    const exempted = await pack.analyze({ type: NOTEBOOK, name: "legacy-1" });
    assert.deepEqual(reports(exempted, KEY_CONTROL), []);
    const [report] = exempted.violations.filter(({ policy }) => policy === "exemption-in-force");
    assert.equal(report?.level, "advisory");
    for (const part of [KEY_CONTROL, inDays(30), "ml-platform@example.com", "disk cannot be re-encrypted"]) {
      assert.ok(report?.message.includes(part), part);
    }
    assert.equal(reports(exempted, "notebook-no-direct-internet").length, 1, "other controls still hold");
    const other = await pack.analyze({ type: NOTEBOOK, name: "new-1" });
    assert.equal(reports(other, KEY_CONTROL).length, 1, "other resources are still judged");
    assert.deepEqual(reports(other, "exemption-in-force"), []);
  });

  it("mentions an exemption only on resources that its control is about", async () => {
    await exempt(exemption());
    assert.deepEqual((await pack.analyze({ type: "aws:s3/bucket:Bucket", name: "legacy-1" })).violations, []);
  });

  it("refuses faulty exemptions, once for the stack", async () => {
    await exempt(
      exemption({ reason: "" }),
      exemption({ expires: inDays(-1) }),
      exemption({ control: "notebook-no-direct-internet" }),
      exemption({ expires: inDays(91) }),
    );
    const verdict = await pack.analyze(STACK);
    const problems = verdict.violations.filter(({ policy }) => policy === "exemptions");
    assert.equal(problems.length, 4);
    for (const problem of problems) assert.equal(problem.level, "mandatory");
    const notebook = await pack.analyze({ type: NOTEBOOK, name: "legacy-1" });
    assert.deepEqual(reports(notebook, "exemptions"), []);
    assert.deepEqual(reports(notebook, "exemption-in-force"), []);
    assert.equal(reports(notebook, KEY_CONTROL).length, 1);
    assert.equal(reports(notebook, "notebook-no-direct-internet").length, 1);
  });

  it("forgets exemptions that leave the configuration", async () => {
    await exempt(exemption());
    await pack.configure({});
    assert.equal(reports(await pack.analyze({ type: NOTEBOOK, name: "legacy-1" }), KEY_CONTROL).length, 1);
  });

  it("leaves an exempted resource in peace where relations are judged", async () => {
    const group = {
      type: "aws:ec2/securityGroup:SecurityGroup",
      properties: { id: "sg-1", ingress: [{ cidrBlocks: ["0.0.0.0/0"] }] },
    };
    const notebooks = ["legacy-1", "new-1"].map((name) => ({
      type: NOTEBOOK,
      name,
      properties: { securityGroups: ["sg-1"] },
    }));
    const control = "notebook-security-groups-closed";
    const judged = await pack.analyzeStack([...notebooks, group]);
    assert.equal(reports(judged, control).length, 2);
    await exempt(exemption({ control }));
    const exempted = await pack.analyzeStack([...notebooks, group]);
    const urns = exempted.violations.filter(({ policy }) => policy === control).map(({ urn }) => urn);
    assert.deepEqual(urns, [urnOf(notebooks[1]!)]);
  });

  it("matches azure-native's dated types, in resources and in stacks", async () => {
    for (const type of [
      "azure-native:machinelearningservices/v20240401preview:Workspace",
      "azure-native_machinelearningservices_v20240401:machinelearningservices/v20240401:Workspace",
    ]) {
      assert.equal(reports(await pack.analyze({ type }), "workspace-no-public-access").length, 1, type);
      assert.equal(reports(await pack.analyzeStack([{ type }]), "workspace-private-endpoint").length, 1, type);
    }
  });

  it("runs controls about AWS relations only on stacks that hold AWS resources", async () => {
    const { notApplicable } = await pack.analyzeStack([{ type: "gcp:storage/bucket:Bucket" }]);
    const reason = "Policy only applies to resources of type 'pulumi:providers:aws'";
    assert.ok(
      notApplicable.some((one) => one.policy === "notebook-security-groups-closed" && one.reason.includes("aws")),
      reason,
    );
  });

  it("takes a control's parameters from the configuration, and refuses those of a wrong type", async () => {
    const space = {
      type: "gcp:workbench/instance:Instance",
      properties: { gceSetup: { metadata: { "idle-timeout-seconds": "7200" } } },
    };
    assert.deepEqual(reports(await pack.analyze(space), "notebook-idle-shutdown"), []);
    await pack.configure({ "notebook-idle-shutdown": { maxIdleMinutes: 60 } });
    assert.match(reports(await pack.analyze(space), "notebook-idle-shutdown")[0]!, /at most 60 minutes/);
    await pack.configure({ "notebook-idle-shutdown": { maxIdleMinutes: "an hour" } });
    await assert.rejects(pack.analyze(space), /notebook-idle-shutdown.maxIdleMinutes must be a whole number/);
  });

  it("counts the default tags of the provider", async () => {
    const domain = { type: "aws:sagemaker/domain:Domain" };
    const tagged = (defaultTags: unknown) => ({
      ...domain,
      provider: { type: "pulumi:providers:aws", properties: { defaultTags } },
    });
    assert.equal(reports(await pack.analyze(domain), "workspace-tags").length, 1);
    assert.equal(reports(await pack.analyze(tagged('{"tags":{}}')), "workspace-tags").length, 1);
    assert.equal(reports(await pack.analyze(tagged('{"tags":{"team":"fraud"}}')), "workspace-tags").length, 0);
    const { notEvaluated } = await pack.analyze(tagged(unknown));
    assert.ok(notEvaluated.some(({ policy }) => policy === "workspace-tags"));
  });

  it("counts the default labels of the provider", async () => {
    const labeled = (defaultLabels: unknown) => ({
      type: "gcp:vertex/aiDataset:AiDataset",
      provider: { type: "pulumi:providers:gcp", properties: { defaultLabels } },
    });
    assert.equal(reports(await pack.analyze(labeled("{}")), "workspace-tags").length, 1);
    assert.equal(reports(await pack.analyze(labeled("team")), "workspace-tags").length, 1);
    assert.equal(reports(await pack.analyze(labeled('{"team":"fraud"}')), "workspace-tags").length, 0);
    const { notEvaluated } = await pack.analyze(labeled(unknown));
    assert.ok(notEvaluated.some(({ policy }) => policy === "workspace-tags"));
  });

  it("refuses an old Node.js with a message that says what to do", async () => {
    const script = `Object.defineProperty(process.versions, "node", { value: "20.19.0" }); require("./policy-pack/main.cjs")`;
    await assert.rejects(
      promisify(execFile)(process.execPath, ["-e", script]),
      /needs Node\.js 22\.18 or newer.*20\.19\.0/,
    );
  });

  it("reports on the resource itself", async () => {
    const [violation] = (await pack.analyze({ type: NOTEBOOK, name: "nb" })).violations;
    assert.equal(violation?.urn, urnOf({ type: NOTEBOOK, name: "nb" }));
  });
});
