/** Which instance types of SageMaker have disks of their own. */
import assert from "node:assert/strict";
import { hasLocalStorage } from "../../policy-pack/checks/local-storage.ts";

describe("local storage", () => {
  it("stands in the names of most families", () => {
    for (const family of ["m5d", "c5d", "r5d", "m6gd", "m6id", "r7gd", "g4dn", "p3dn", "p4d", "p4de"]) {
      assert.ok(hasLocalStorage(`ml.${family}.xlarge`), family);
    }
  });

  it("is known of the families that do not name it", () => {
    for (const type of [
      "ml.g5.xlarge",
      "ml.g6e.48xlarge",
      "ml.p5en.48xlarge",
      "ml.p6-b200.48xlarge",
      "ml.trn1.2xlarge",
    ]) {
      assert.ok(hasLocalStorage(type), type);
    }
  });

  it("is not taken for granted", () => {
    for (const type of [
      "ml.t3.medium",
      "ml.m5.large",
      "ml.c6in.large",
      "ml.p3.2xlarge",
      "ml.inf2.xlarge",
      "",
      "local",
    ]) {
      assert.ok(!hasLocalStorage(type), type);
    }
  });
});
