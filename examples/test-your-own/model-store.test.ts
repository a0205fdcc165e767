/** How a component and a policy of your own are tested: no mocks, no account. Any test runner will do; this is mocha. */
import assert from "node:assert/strict";
import { onlyStack, preview, resource, UNKNOWN } from "pulumi-offline-preview";

describe("examples: test your own component and policy", () => {
  it("blocks public access, and says which team a bucket belongs to", async () => {
    const stack = onlyStack(await preview({ cwd: import.meta.dirname }));
    assert.equal(stack.error, undefined);
    const block = resource(stack, "models", "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock");
    assert.equal(block.inputs.restrictPublicBuckets, true);
    assert.equal(block.inputs.bucket, UNKNOWN);
    assert.match(block.propertyDependencies.bucket![0]!, /ModelStore\$aws:s3\/bucket:Bucket::models$/);
  });

  it("finds the bucket without a team, and no other", async () => {
    const policyPacks = [`${import.meta.dirname}/policy-pack`];
    const stack = onlyStack(await preview({ cwd: import.meta.dirname, policyPacks }));
    assert.equal(stack.ok, false);
    assert.deepEqual(
      stack.diagnostics.map(({ policy, urn }) => [policy, urn.split("::").at(-1)]),
      [["buckets-have-teams", "scratch"]],
    );
  });

  it("knows what the bucket's ARN will look like", async () => {
    const fixtures = { resources: { "aws:s3/bucket:Bucket::models": { arn: "arn:aws:s3:::models" } } };
    const stack = onlyStack(await preview({ cwd: import.meta.dirname, fixtures }));
    assert.equal(stack.outputs.bucketArn, "arn:aws:s3:::models");
  });
});
