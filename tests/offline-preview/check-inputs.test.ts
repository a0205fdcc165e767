/** Inputs against the types of installed SDKs: what is wrong is said, and nothing is wrong with our own stacks. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Properties, Value } from "../../offline-preview/protocol/messages.ts";
import { ARCHIVE, isMap, OUTPUT, SIGNATURE, secret, UNKNOWN } from "../../offline-preview/protocol/properties.ts";
import { checkInputs } from "../../offline-preview/sdk/check-inputs.ts";
import { sdkKnowledge } from "../../offline-preview/sdk/declarations.ts";
import type { ResourceShape } from "../../offline-preview/sdk/shapes.ts";
import { preview } from "./preview.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const knowledge = sdkKnowledge(ROOT);

const ACCOUNT = "azure-native:storage:StorageAccount";
const RIGHT = { resourceGroupName: "rg", kind: "StorageV2", sku: { name: "Standard_LRS" } };
const BUCKET = "aws:s3/bucket:Bucket";

function said(type: string, inputs: Properties): string[] {
  const shape = knowledge.resource(type);
  assert.ok(shape);
  return checkInputs(shape, inputs).map(({ severity, message }) => `${severity}: ${message}`);
}

// The report's form of values, back in the form of the protocol.
function toProtocol(value: unknown): Value {
  if (value === "[unknown]" || value === "[secret]") return UNKNOWN;
  if (Array.isArray(value)) return value.map(toProtocol);
  if (!isMap(value as Value)) return value as Value;
  // The report shows an archive by what is in it, without the mark that it has on its way to a provider.
  if ("assets" in (value as object)) return { [SIGNATURE]: ARCHIVE, assets: {} };
  return Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, toProtocol(item)]));
}

describe("offline preview: checking inputs", () => {
  const cases: [what: string, type: string, inputs: Properties, problems: string[]][] = [
    ["nothing wrong", ACCOUNT, RIGHT, []],
    ["a required input", ACCOUNT, { kind: "StorageV2", sku: RIGHT.sku }, ["error: resourceGroupName is required"]],
    ["a required input that is null", ACCOUNT, { ...RIGHT, sku: null }, ["error: sku is required"]],
    ["a required input of a nested object", ACCOUNT, { ...RIGHT, sku: {} }, ["error: sku.name is required"]],
    ["no name where the provider makes one up", BUCKET, {}, []],
    [
      "a value outside a closed enum",
      ACCOUNT,
      { ...RIGHT, accessTier: "Hott" },
      ['error: accessTier cannot be the text "Hott"; did you mean Hot?'],
    ],
    [
      "a value far outside a closed enum",
      ACCOUNT,
      { ...RIGHT, accessTier: "Glacier" },
      ['error: accessTier cannot be the text "Glacier"; use one of Hot, Cool, Premium, Cold'],
    ],
    [
      "a value outside an open enum",
      ACCOUNT,
      { ...RIGHT, minimumTlsVersion: "TLS1_9" },
      ['warning: minimumTlsVersion is the text "TLS1_9", which the SDK does not list; did you mean TLS1_0?'],
    ],
    ["a list for a text", ACCOUNT, { ...RIGHT, location: [] }, ["error: location must be a text, not a list"]],
    ["a number for an object", ACCOUNT, { ...RIGHT, sku: 1 }, ["error: sku must be an object, not the number 1"]],
    ["a text for a list", BUCKET, { grants: "all" }, ['error: grants must be a list, not the text "all"']],
    ["a text for a map", BUCKET, { tags: "a=b" }, ['error: tags must be a map, not the text "a=b"']],
    ["a list in a map", BUCKET, { tags: { "a b": [] } }, ['error: tags["a b"] must be a text, not a list']],
    [
      "a text that providers take for true",
      ACCOUNT,
      { ...RIGHT, isHnsEnabled: "true" },
      ['warning: isHnsEnabled must be true or false, not the text "true"'],
    ],
    [
      "a misspelt property",
      ACCOUNT,
      { ...RIGHT, acessTier: "Hot" },
      ["error: acessTier is no property of the resource type; did you mean accessTier?"],
    ],
    [
      "a misspelt property of a nested object in a list",
      BUCKET,
      { corsRules: [{ allowedMethods: ["GET"], allowedOrigins: ["*"], maxAgeSecond: 1 }] },
      ["error: corsRules[0].maxAgeSecond is no property of s3.BucketCorsRule; did you mean maxAgeSeconds?"],
    ],
    [
      "what fits none of several types",
      "aws:iam/rolePolicy:RolePolicy",
      { role: "r", policy: [] },
      ["error: policy must be a text or an object, not a list"],
    ],
    [
      "an asset where none is",
      "aws:lambda/function:Function",
      { role: "r", code: {} },
      ["error: code must be an asset or archive, not an object"],
    ],
    ["keys of the SDK itself", ACCOUNT, { ...RIGHT, __defaults: [] }, []],
  ];
  for (const [what, type, inputs, problems] of cases) {
    it(`judges ${what}`, () => assert.deepEqual(said(type, inputs), problems));
  }

  it("takes what is unknown for right, wherever it stands", () => {
    const output = { [SIGNATURE]: OUTPUT };
    assert.deepEqual(said(ACCOUNT, { resourceGroupName: UNKNOWN, kind: output, sku: { name: secret(UNKNOWN) } }), []);
  });

  it("looks into secrets and says nothing of their value", () => {
    const known = { [SIGNATURE]: OUTPUT, value: "hunter2", secret: true };
    for (const accessTier of [secret("hunter2"), known]) {
      const [problem = ""] = said(ACCOUNT, { ...RIGHT, accessTier });
      assert.equal(problem, "error: accessTier cannot be a secret text; use one of Hot, Cool, Premium, Cold");
    }
  });

  it("takes an asset and a resource's reference for right", () => {
    const asset = { [SIGNATURE]: "c44067f5952c0a294b673a41bacd8c17", text: "x" };
    const reference = { [SIGNATURE]: "5cf8f73096256a8f31e491e813e4eb8e", urn: "urn:x", id: "i" };
    assert.deepEqual(said("aws:lambda/function:Function", { role: reference, code: asset }), []);
  });

  for (const [what, folder, least] of [
    ["the stacks of this repository", ".", 700],
    ["the insecure example of AWS", "stacks/examples/insecure/aws", 10],
    ["the insecure example of Google Cloud", "stacks/examples/insecure/gcp", 10],
    ["the insecure example of Azure", "stacks/examples/insecure/azure", 10],
  ] as const) {
    it(`finds nothing wrong in ${what}`, async function () {
      this.timeout(120_000);
      const { report } = await preview(join(ROOT, folder));
      const resources = report.stacks.flatMap((stack) => stack.resources).filter((resource) => resource.custom);
      assert.ok(resources.length > least, `only ${resources.length} resources`);
      for (const { type, name, inputs } of resources) {
        const shape: ResourceShape | undefined = knowledge.resource(type);
        assert.ok(shape !== undefined, `${type} is unknown`);
        const problems = checkInputs(shape, toProtocol(inputs) as Properties).filter(
          // The SDK lists the principal types of another API under the name that this one's has.
          ({ message }) => !(type.endsWith(":AdministratorsMicrosoftEntra") && message.startsWith("principalType ")),
        );
        // Its principal is part of another resource's identity, which is missing until that resource exists.
        const expected = name === "contributor" && !("principalId" in inputs) ? ["principalId is required"] : [];
        assert.deepEqual(
          problems.map(({ message }) => message),
          expected,
          `${type} ${name}`,
        );
      }
    });
  }
});
