/** How a policy of your own is tested by itself, with values that are unknown or secret. */
import assert from "node:assert/strict";
import { type Pack, secret, startPack, unknown } from "secure-ml-policy-pack/testing";

const type = "aws:s3/bucket:Bucket";

describe("examples: test your own policy by itself", () => {
  let pack: Pack;
  before(async () => {
    pack = await startPack(`${import.meta.dirname}/policy-pack`);
  });
  after(() => pack.stop());

  it("wants a team", async () => {
    const { violations } = await pack.analyze({ type, properties: { tags: {} } });
    assert.deepEqual(
      violations.map(({ policy, level }) => [policy, level]),
      [["buckets-have-teams", "mandatory"]],
    );
  });

  it("waits for a team that is not known yet, and accepts a secret one", async () => {
    const open = await pack.analyze({ type, properties: { tags: { team: unknown } } });
    assert.equal(open.notEvaluated[0]?.policy, "buckets-have-teams");
    const hidden = await pack.analyze({ type, properties: { tags: { team: secret("ml") } } });
    assert.deepEqual(hidden.violations, []);
  });
});
