/** Reading IAM policy documents: wildcards, elements that exclude, conditions, and unknown values anywhere. */
import assert from "node:assert/strict";
import * as proxy from "@pulumi/policy/proxy.js";
import fc from "fast-check";
import type { Answer } from "../../policy-pack/checks/answers.ts";
import {
  coversEverything,
  isConditionedOn,
  isEverything,
  matches,
  namesAction,
  namesAnyone,
  noStatement,
  readDocument,
  type Statement,
} from "../../policy-pack/checks/iam-document.ts";
import { startPack } from "./server.ts";
import { variants } from "./variants.ts";

// The package's declarations leave out what it marks as internal.
const { unknownCheckingProxy, unknownStringValue: unknown } = proxy as unknown as {
  unknownCheckingProxy(props: object): object;
  unknownStringValue: string;
};

function parse(document: unknown) {
  return readDocument(unknownCheckingProxy({ policy: document }), "policy");
}

function statement(elements: Record<string, unknown>): Statement {
  const document = parse({ Statement: { Effect: "Allow", Action: "s3:GetObject", ...elements } });
  assert.ok(document.state === "known", JSON.stringify(document));
  return document.statements[0]!;
}

function problem(document: unknown): string {
  const read = parse(document);
  assert.ok(read.state === "malformed", JSON.stringify(read));
  return read.problem;
}

/** `yes`, `no`, or `open` when the answer waits for a value. */
function say(answer: Answer): string {
  return typeof answer === "boolean" ? (answer ? "yes" : "no") : "open";
}

describe("IAM policy documents", () => {
  it("are read from text and from objects, with one statement or a list", () => {
    const one = { Effect: "Allow", Action: "s3:GetObject", Resource: "*" };
    for (const document of [{ Statement: one }, { Statement: [one] }]) {
      for (const form of [document, JSON.stringify(document)]) {
        const read = parse(form);
        assert.ok(read.state === "known");
        assert.deepEqual(read.statements[0]?.actions, { known: ["s3:GetObject"] });
        assert.equal(read.statements[0]?.allows, true);
      }
    }
  });

  it("are told apart when they are absent or not known yet", () => {
    assert.equal(readDocument({}, "policy").state, "absent");
    for (const document of [unknown, { Statement: unknown }]) assert.equal(parse(document).state, "unknown");
    const read = parse({ Statement: [unknown, { Effect: "Allow", Action: "*" }] });
    assert.ok(read.state === "known");
    assert.deepEqual([read.statements.length, read.unknownStatements.length], [1, 1]);
  });

  it("say what is wrong with them and where", () => {
    const faults: [unknown, RegExp][] = [
      ["{", /^policy is not valid JSON$/],
      ["7", /^policy is a number; it must be a policy document$/],
      [[], /^policy is a list; it must be a policy document$/],
      [{}, /^policy has no Statement$/],
      [{ statement: [] }, /^policy has no Statement$/],
      [{ Statement: ["Allow"] }, /^policy has a Statement\[0\] that is not an object$/],
      [
        { Statement: [{ Effect: "allow", Action: "*" }] },
        /Statement\[0\] has an Effect that is neither Allow nor Deny$/,
      ],
      [{ Statement: [{ Effect: "Allow", Sid: "Read" }] }, /Statement\[0\] \(Read\) names no Action$/],
      [{ Statement: [{ Effect: "Allow", Action: [7] }] }, /Statement\[0\] has a Action that is not text$/],
      [{ Statement: [{ Effect: "Allow", Action: "*", Resource: {} }] }, /has a Resource that is not text$/],
      [{ Statement: [{ Effect: "Allow", Action: "*", Condition: "x" }] }, /has a Condition that is not an object$/],
    ];
    for (const [document, expected] of faults) assert.match(problem(document), expected);
  });

  it("name actions by wildcard, in any case, and by exclusion", () => {
    const names = (elements: Record<string, unknown>) => say(namesAction(statement(elements), "iam:PassRole"));
    for (const Action of ["iam:PassRole", "IAM:passrole", "iam:Pass*", "iam:*", "*", "*:PassRole", "iam:?assRole"]) {
      assert.equal(names({ Action }), "yes", Action);
    }
    for (const Action of ["iam:Pass", "iam:PassRoles", "s3:*", "iam:?PassRole", "iam.PassRole"]) {
      assert.equal(names({ Action }), "no", Action);
    }
    assert.equal(names({ Action: undefined, NotAction: "s3:*" }), "yes");
    assert.equal(names({ Action: undefined, NotAction: ["s3:*", "iam:*"] }), "no");
    assert.equal(names({ Action: undefined, NotAction: unknown }), "open");
    assert.equal(names({ Action: ["s3:GetObject", unknown] }), "open");
    assert.equal(names({ Action: ["iam:*", unknown] }), "yes");
  });

  it("cover everything when a resource pattern leaves nothing out", () => {
    for (const one of [
      "*",
      "**",
      "arn:aws:s3:::*",
      "arn:aws:s3:::*/*",
      "arn:*:iam::*:role/*",
      "arn:aws:iam::111122223333:role/*",
      "arn:aws:kms:*:111122223333:key/*",
      "arn:aws:secretsmanager:eu-west-1:111122223333:secret:*",
      "arn:aws:s3*",
    ]) {
      assert.ok(isEverything(one), one);
    }
    for (const one of [
      "arn:aws:s3:::data",
      "arn:aws:s3:::data/*",
      "arn:aws:s3:::team-*",
      "arn:aws:iam::111122223333:role/ml-*",
      "arn:aws:kms:eu-west-1:111122223333:key/1",
      "arn:aws:sagemaker:eu-west-1:111122223333:model/a/*",
    ]) {
      assert.ok(!isEverything(one), one);
    }
    assert.ok(coversEverything(statement({})), "no Resource at all");
    assert.ok(coversEverything(statement({ NotResource: "arn:aws:s3:::data" })));
    assert.ok(!coversEverything(statement({ Resource: unknown })), "an ARN that the cloud has yet to give");
    assert.ok(coversEverything(statement({ Resource: [unknown, "*"] })));
    assert.ok(!coversEverything(statement({ Resource: [null] })), "an ARN that a provider did not give names nothing");
    assert.ok(coversEverything(statement({ NotResource: "x", Resource: undefined })));
    assert.match(
      problem({ Statement: { Effect: "Allow", Action: ["s3:GetObject", null] } }),
      /Action that is not text/,
    );
  });

  it("name anybody by a star of any kind, and by exclusion", () => {
    const anyone = (elements: Record<string, unknown>) => say(namesAnyone(statement(elements)));
    for (const Principal of ["*", { AWS: "*" }, { AWS: ["arn:a", "*"] }, { "*": "*" }, { Service: "*" }]) {
      assert.equal(anyone({ Principal }), "yes", JSON.stringify(Principal));
    }
    assert.equal(anyone({ NotPrincipal: { AWS: "arn:a" } }), "yes");
    assert.equal(anyone({ Principal: { AWS: "arn:aws:iam::111122223333:role/*" } }), "no");
    assert.equal(anyone({}), "no");
    for (const Principal of [unknown, { AWS: unknown }, { AWS: ["arn:a", unknown] }]) {
      assert.equal(anyone({ Principal }), "open", JSON.stringify(Principal));
    }
  });

  it("are limited by conditions that a request must meet, and by no others", () => {
    const limited = (Condition: unknown) =>
      say(
        isConditionedOn(statement({ Condition }), ["aws:SourceAccount", "aws:SourceArn", "aws:ResourceTag/", ":sub"]),
      );
    for (const [operator, key, value] of [
      ["StringEquals", "aws:SourceAccount", "1"],
      ["stringEquals", "AWS:sourceaccount", 1],
      ["StringLike", "aws:SourceAccount", ["1", "2"]],
      ["ForAnyValue:StringEquals", "aws:ResourceTag/team", "ml"],
      ["ArnLike", "aws:SourceArn", "arn:aws:sagemaker:*:1:*"],
      ["ArnLike", "aws:SourceArn", "arn:aws:s3:::data"],
      ["StringEquals", "aws:SourceAccount", unknown],
      ["StringLike", "token.example.com:sub", "repo:bank/*"],
    ] as const) {
      assert.equal(limited({ [operator]: { [key]: value } }), "yes", `${operator} ${key} ${value}`);
    }
    for (const [operator, key, value] of [
      ["StringEquals", "aws:PrincipalAccount", "1"],
      ["StringNotEquals", "aws:SourceAccount", "1"],
      ["StringEqualsIfExists", "aws:SourceAccount", "1"],
      ["ForAllValues:StringEquals", "aws:SourceAccount", "1"],
      ["Null", "aws:SourceAccount", "false"],
      ["StringLike", "aws:SourceAccount", "*"],
      ["StringLike", "aws:SourceAccount", ["1", "*"]],
      ["ArnLike", "aws:SourceArn", "arn:aws:sagemaker:*:*:*"],
      ["ArnLike", "aws:SourceArn", "arn:aws:s3:::*"],
      ["ArnLike", "aws:SourceArn", "arn:aws:*"],
      ["StringLike", "token.example.com:sub", "repo:*"],
    ] as const) {
      assert.equal(limited({ [operator]: { [key]: value } }), "no", `${operator} ${key} ${value}`);
    }
    assert.equal(limited(unknown), "open");
    assert.equal(limited({ StringEquals: unknown }), "open");
    assert.equal(limited({ StringLike: unknown, StringEquals: { "aws:SourceAccount": "1" } }), "yes");
    assert.equal(limited(undefined), "no");
  });
});

const text = fc.constantFrom("*", "s3:*", "s3:GetObject", "arn:aws:s3:::data", "arn:aws:s3:::*", "111122223333");
const texts = fc.oneof(text, fc.array(text, { minLength: 1, maxLength: 3 }));
const condition = fc.dictionary(
  fc.constantFrom("StringEquals", "StringLike", "StringEqualsIfExists", "ArnLike", "Null"),
  fc.dictionary(fc.constantFrom("aws:SourceAccount", "aws:PrincipalOrgID"), texts, { minKeys: 1 }),
);
const anyStatement = fc.record(
  {
    Effect: fc.constantFrom("Allow", "Deny"),
    Action: texts,
    NotAction: texts,
    Resource: texts,
    NotResource: texts,
    Principal: fc.oneof(fc.constant("*"), fc.dictionary(fc.constantFrom("AWS", "Service"), texts, { minKeys: 1 })),
    Condition: condition,
  },
  { requiredKeys: ["Effect", "Action"] },
);
const anyDocument = fc.record({ Statement: fc.array(anyStatement, { maxLength: 3 }) });

/** Every question about every statement, with what waits for a value left open. */
function answers(document: unknown): string[] | undefined {
  const read = parse(document);
  if (read.state !== "known" || read.unknownStatements.length > 0) return undefined;
  return read.statements.flatMap((one) => [
    say(one.allows),
    say(namesAction(one, "s3:GetObject")),
    say(coversEverything(one)),
    say(namesAnyone(one)),
    say(isConditionedOn(one, ["aws:SourceAccount"])),
  ]);
}

describe("IAM policy documents, whatever they hold", () => {
  it("mean the same as text and as an object", () => {
    fc.assert(
      fc.property(anyDocument, (document) => assert.deepEqual(answers(document), answers(JSON.stringify(document)))),
    );
  });

  it("never look weaker when an action, principal or effect is unknown", () => {
    fc.assert(
      fc.property(anyDocument, (document) => {
        const known = answers(document)!;
        for (const { at, value } of variants(document, [unknown])) {
          if (!/^Statement\.\d+\.(Effect|Action|NotAction|Principal)/.test(at)) continue;
          answers(value)?.forEach((answer, index) => {
            assert.ok(
              answer === "open" || answer === known[index],
              `${at} is unknown: ${known[index]} became ${answer}`,
            );
          });
        }
      }),
    );
  });

  it("never make the reader throw", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.boolean(), (value, inside) => {
        noStatement(
          unknownCheckingProxy({ policy: inside ? { Statement: [value] } : value }),
          "policy",
          namesAnyone,
          "x",
        );
      }),
    );
  });

  it("match every text from which a pattern was made, and only the same text without wildcards", () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), fc.nat(), (whole, from, length) => {
        const start = from % (whole.length + 1);
        const rest = whole.slice(start + (length % (whole.length - start + 1)));
        assert.ok(matches(`${whole.slice(0, start)}*${rest}`, whole));
        if (!/[*?]/.test(whole)) assert.ok(matches(whole, whole) && !matches(whole, `${whole}x`));
      }),
    );
  });
});

describe("a role's trust in accounts", () => {
  const type = "aws:iam/role:Role";
  const policy = {
    Statement: { Effect: "Allow", Principal: { AWS: "arn:aws:iam::111122223333:role/a" }, Action: "sts:AssumeRole" },
  };
  const provider = (ids: unknown) => ({ type: "pulumi:providers:aws", properties: { allowedAccountIds: ids } });

  it("counts the allowed accounts of the stack's provider as its own", async () => {
    const pack = await startPack();
    try {
      for (const [ids, expected] of [
        ['["111122223333"]', 0],
        [["111122223333"], 0],
        ["111122223333", 1],
        [["444455556666"], 1],
        [unknown, 1],
        [undefined, 1],
      ] as const) {
        const resource = { type, properties: { assumeRolePolicy: policy }, provider: provider(ids) };
        const { violations } = await pack.analyze(resource);
        const found = violations.filter((violation) => violation.policy === "trust-names-principals");
        assert.equal(found.length, expected, String(ids));
      }
    } finally {
      await pack.stop();
    }
  });
});
