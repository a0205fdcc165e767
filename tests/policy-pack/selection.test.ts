/** Selection: what is judged by framework, severity and service, and the profiles. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { controls } from "../../policy-pack/controls/index.ts";
import { describeSelection, EVERYTHING, judgeSelection, selectsType } from "../../policy-pack/selection.ts";
import type { PackConfig } from "../../policy-pack/testing.ts";
import { type Pack, startPack } from "./server.ts";

const NOTEBOOK = "aws:sagemaker/notebookInstance:NotebookInstance";
const insecure = { type: NOTEBOOK, properties: { directInternetAccess: "Enabled", rootAccess: "Enabled" } };
const bucket = { type: "gcp:storage/bucket:Bucket", properties: {} };
const root = { type: "pulumi:pulumi:Stack", name: "policies-test" };

describe("selection", () => {
  it("reads what it knows, and says what it does not", () => {
    const { selection, problems } = judgeSelection({ frameworks: ["cis"], severities: ["high"], services: ["aws"] });
    assert.deepEqual([selection, problems], [{ frameworks: ["cis"], severities: ["high"], services: ["aws"] }, []]);
    for (const wrong of [{ severities: ["hihg"] }, { frameworks: ["nist"] }, { services: [""] }, { services: "aws" }]) {
      const judged = judgeSelection(wrong);
      assert.equal(judged.problems.length, 1, JSON.stringify(wrong));
      assert.deepEqual(judged.selection, EVERYTHING);
    }
  });

  it("takes a service for the beginning of a type, up to a border", () => {
    const select = (service: string, type: string) => selectsType({ ...EVERYTHING, services: [service] }, type);
    assert.ok(select("aws", NOTEBOOK) && select("aws:sagemaker", NOTEBOOK));
    assert.ok(select("azure-native:storage", "azure-native_storage_v20240101:storage/v20240101:StorageAccount"));
    assert.ok(!select("aws", "aws-native:sagemaker:NotebookInstance") && !select("aws:sage", NOTEBOOK));
  });

  it("says how much is left", () => {
    assert.equal(describeSelection(EVERYTHING, controls), undefined);
    const text = describeSelection({ ...EVERYTHING, severities: ["critical"], services: ["aws"] }, controls);
    assert.match(text ?? "", new RegExp(`^\\d+ of ${controls.length} controls are judged, on aws only$`));
  });
});

describe("settings of the pack", function () {
  this.timeout(60_000);
  let pack: Pack;
  before(async () => {
    pack = await startPack();
  });
  after(() => pack.stop());

  const found = async (config: PackConfig, resource = insecure as { type: string }) => {
    await pack.configure(config);
    return (await pack.analyze(resource)).violations;
  };
  const policies = async (config: PackConfig, resource?: { type: string }) =>
    (await found(config, resource)).map(({ policy }) => policy);

  it("judge only controls of the selected severities and frameworks", async () => {
    const severityOf = new Map(controls.map(({ id, severity }) => [id, severity]));
    const critical = await policies({ selection: { severities: ["critical"] } });
    assert.ok(critical.length > 0);
    assert.ok(critical.every((id) => severityOf.get(id) === "critical"));
    const withCheckov = await policies({ selection: { frameworks: ["checkov"] } });
    assert.ok(withCheckov.length > 0 && withCheckov.length < (await policies({})).length);
  });

  it("judge only resources of the selected services, alone and in a stack", async () => {
    const config = { selection: { services: ["aws:sagemaker"] } };
    assert.deepEqual(await policies(config, bucket), []);
    assert.ok((await policies(config)).length > 0);
    const stack = [bucket, { type: "aws:s3/bucket:Bucket", properties: { bucket: "b" } }];
    assert.deepEqual((await pack.analyzeStack(stack)).violations, []);
    await pack.configure({});
    assert.ok((await pack.analyzeStack(stack)).violations.length > 0);
  });

  it("say on the stack what the selection leaves out, and what is wrong with it", async () => {
    const [report] = await found({ selection: { severities: ["critical"] } }, root);
    assert.deepEqual([report?.policy, report?.level], ["exemption-in-force", "advisory"]);
    assert.match(report?.message ?? "", /selection: \d+ of \d+ controls are judged/);
    const [problem] = await found({ selection: { severities: ["hihg"] } }, root);
    assert.deepEqual([problem?.policy, problem?.level], ["selection", "mandatory"]);
    assert.match(problem?.message ?? "", /"hihg" is none of critical, high, medium, low/);
    assert.deepEqual(await found({}, root), []);
  });

  it("come as profiles", async () => {
    const profile = (name: string) =>
      JSON.parse(readFileSync(join(import.meta.dirname, `../../policy-pack/profiles/${name}.json`), "utf8"));
    const levels = async (name: string) => [...new Set((await found(profile(name))).map(({ level }) => level))].sort();
    assert.deepEqual(await levels("baseline"), ["advisory", "mandatory"]);
    assert.deepEqual(await levels("strict"), ["mandatory"]);
    assert.deepEqual(await levels("advisory"), ["advisory"]);
  });
});
