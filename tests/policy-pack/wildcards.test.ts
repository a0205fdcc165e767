/** Wildcards against an equivalent regular expression, and where such an expression would give up. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { matchesWildcards, type WildcardOptions } from "../../policy-pack/wildcards.ts";

function expressionOf(pattern: string, { ignoreCase = false, questionMark = false }: WildcardOptions): RegExp {
  const escaped = pattern.replace(/[\\^$.|+()[\]{}?]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${questionMark ? escaped.replaceAll("\\?", ".") : escaped}$`, ignoreCase ? "is" : "s");
}

describe("wildcards", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", "A", ":", "*", "?", "."), maxLength: 8 });
  const options = fc.record({ ignoreCase: fc.boolean(), questionMark: fc.boolean() });

  it("match what the regular expression matches", () => {
    fc.assert(
      fc.property(word, word, options, (pattern, text, how) => {
        assert.equal(matchesWildcards(pattern, text, how), expressionOf(pattern, how).test(text));
      }),
      { numRuns: 5000 },
    );
  });

  it("take many stars and long texts", () => {
    const many = { questionMark: true };
    assert.equal(matchesWildcards("*?".repeat(10_000), "a".repeat(9_999), many), false);
    assert.equal(matchesWildcards("*?".repeat(10_000), "a".repeat(10_000), many), true);
    assert.equal(matchesWildcards(`${"a*".repeat(100)}b`, "a".repeat(20_000)), false);
  });
});
