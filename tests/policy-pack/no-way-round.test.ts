/** Nothing that hides other resources passes unlisted, under whatever name. */
import assert from "node:assert/strict";
import { isListed } from "../../policy-pack/checks/allow-lists.ts";
import { type Pack, startPack } from "./server.ts";

const CONTROL = "hidden-resources-listed";

describe("resources that hide others", () => {
  let pack: Pack;
  before(async () => {
    pack = await startPack();
  });
  after(() => pack.stop());

  async function messagesOn(type: string, allowed: string[] = []): Promise<string[]> {
    await pack.configure({ [CONTROL]: { allowed } });
    const { violations } = await pack.analyze({ type, name: "it" });
    return violations.filter(({ policy }) => policy === CONTROL).map(({ message }) => message);
  }

  for (const type of [
    "aws:cloudformation/stack:Stack",
    "aws:cloudcontrol/resource:Resource",
    "gcp:configdeployment/deployment:Deployment",
    "azure-native:resources:Deployment",
    "azure-native:resources/v20220901:Resource",
    "azure-native_resources_v20231001:resources/v20231001:AzureCliScript",
    "pulumi-nodejs:dynamic:Resource",
    "pulumi-nodejs:dynamic/ml:Bucket",
    "command:local:Command",
  ]) {
    it(`names the entry that would allow ${type}`, async () => {
      const [message = ""] = await messagesOn(type);
      const entry = /add "(.*)" to allowed/.exec(message)?.[1] ?? "";
      assert.match(entry, /::it$/, message);
      assert.deepEqual(await messagesOn(type, [entry]), []);
    });
  }

  it("does not take a resource with a type of its own for one of them", async () => {
    assert.deepEqual(await messagesOn("aws:s3/bucket:Bucket"), []);
  });
});

describe("allow-lists", () => {
  it("hold texts as they are", () => {
    assert.ok(isListed(["eu-west-1", "eu-north-1"], "eu-north-1"));
    assert.ok(!isListed(["eu-west-1"], "eu-west-10"));
    assert.ok(!isListed([], ""));
    assert.ok(!isListed(["ml.t3"], "ml-t3"));
  });

  it("hold patterns in which a star stands for any text", () => {
    assert.ok(isListed(["*"], ""));
    assert.ok(isListed(["ml.*.xlarge"], "ml.m5.xlarge"));
    assert.ok(!isListed(["ml.*.xlarge"], "ml.m5.2xlarge"));
    assert.ok(isListed(["a*b*c"], "a-b-b-c"));
    assert.ok(!isListed(["a*b*c"], "a-c-b"));
    assert.ok(!isListed(["aba*aba"], "aba"), "a text that both ends would share");
  });

  it("are quick, however many stars there are", () => {
    assert.ok(!isListed([`${"a*".repeat(1000)}b`], "a".repeat(100_000)));
  });
});
