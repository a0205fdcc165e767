import assert from "node:assert/strict";
import fc from "fast-check";
import { parseCidr, subnetOf } from "../../components/cidr.ts";
import { resourceName, fit as shorten } from "../../components/names.ts";
import { parseWorkspace } from "../../components/spec.ts";
import { specFor } from "./record.ts";

describe("resourceName", () => {
  const workspace = parseWorkspace(specFor("aws"));

  it("joins team, workspace, environment and part", () => {
    assert.equal(resourceName(workspace, ["notebook", "explore"], { max: 63 }), "fraud-ml-prod-notebook-explore");
    assert.equal(resourceName(workspace, ["data"], { max: 63, separator: "_" }), "fraud_ml_prod_data");
  });

  it("tells two accounts apart where names are global", () => {
    const other = parseWorkspace(specFor("aws", { account: { aws: { accountId: "999988887777" } } }));
    const limits = { max: 63, global: true };
    assert.notEqual(resourceName(workspace, ["data"], limits), resourceName(other, ["data"], limits));
  });

  it("never exceeds the limit, and keeps different long names different", () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z]{2,60}$/),
        fc.stringMatching(/^[a-z]{2,60}$/),
        fc.integer({ min: 20, max: 64 }),
        (a, b, max) => {
          assert.ok(shorten(a, max).length <= max);
          assert.equal(shorten(a, max), shorten(a, max));
          if (a.length > max) assert.match(shorten(a, max), /-[a-p][0-9a-f]{7}$/);
          if (a !== b) assert.notEqual(shorten(a, max), shorten(b, max));
        },
      ),
    );
  });
});

describe("subnetOf", () => {
  it("cuts blocks that lie inside the range and do not overlap", () => {
    assert.equal(subnetOf("10.20.0.0/20", 24, 0), "10.20.0.0/24");
    assert.equal(subnetOf("10.20.0.0/20", 24, 15), "10.20.15.0/24");
    fc.assert(
      fc.property(
        fc.integer({ min: 16, max: 24 }),
        fc.integer({ min: 0, max: 8 }),
        fc.nat(),
        (prefix, extra, index) => {
          const range = parseCidr(`10.0.0.0/${prefix}`);
          const block = parseCidr(subnetOf(`10.0.0.0/${prefix}`, prefix + extra, index % 2 ** extra));
          assert.ok(range && block);
          assert.ok(block.base >= range.base && block.base < range.base + 2 ** (32 - prefix));
          assert.equal((block.base - range.base) % 2 ** (32 - prefix - extra), 0);
        },
      ),
    );
  });

  it("refuses a block that is not in the range", () => {
    assert.throws(() => subnetOf("10.0.0.0/24", 26, 4), /no block number 4/);
    assert.throws(() => subnetOf("10.0.0.0/24", 20, 0), /no block/);
    assert.throws(() => subnetOf("nonsense", 20, 0), /no block/);
  });
});
