/** What controls read out of texts: credentials and durations. */
import assert from "node:assert/strict";
import { isoMinutes, plainMinutes, secondsAsMinutes } from "../../policy-pack/checks/durations.ts";
import { findSecret } from "../../policy-pack/checks/secrets.ts";

describe("credentials", () => {
  // Written in two parts, so that no scanner takes this file for a leak.
  const leaks: [kind: string, text: string][] = [
    ["an AWS access key", `export AWS_ACCESS_KEY_ID=${"AKIA"}IOSFODNN7EXAMPLE`],
    ["an AWS access key", `aws_access_key_id: ${"ASIA"}IOSFODNN7EXAMPLE`],
    ["a private key", `-----BEGIN ${"RSA PRIVATE"} KEY-----`],
    ["a private key", `-----BEGIN ${"PRIVATE"} KEY-----`],
    ["a GitHub token", `git clone https://${"ghp_"}${"a1".repeat(18)}@github.com/x/y`],
    ["a Hugging Face token", `huggingface-cli login --token ${"hf_"}${"aB".repeat(17)}`],
    ["a Google API key", `KEY=${"AIza"}${"x".repeat(35)}`],
    ["a Slack token", `${"xoxb"}-123456789012-abcdef`],
    ["an Azure storage key", `DefaultEndpointsProtocol=https;AccountName=a;${"AccountKey"}=${"x".repeat(86)}==`],
    ["a password in a URL", "psql postgres://ml:hunter22@db.internal/features"],
    ["a password or token", 'DB_PASSWORD="correct-horse-battery"'],
    ["a password or token", "export API_KEY=9f8e7d6c5b4a3210"],
    ["a password or token", "'client_secret': 'abcd1234efgh'"],
  ];
  for (const [kind, text] of leaks) {
    it(`are found: ${kind} in ${text.slice(0, 24)}…`, () => assert.equal(findSecret(text), kind));
  }

  const harmless = [
    "",
    "pip install transformers==4.40.0",
    "export TOKEN=$(aws secretsmanager get-secret-value --secret-id prod/db)",
    `TOKEN="$\{HF_TOKEN}"`,
    "token = os.environ['HF_TOKEN']",
    "token=get_token_from_store2()",
    'secret_name = "prod/fraud/database"',
    'DB_SECRET="arn:aws:secretsmanager:eu-west-1:111122223333:secret:db"',
    "PASSWORD=<your password>",
    "max_tokens=200000000000",
    "https://github.com/example/notebooks",
    "git clone https://user@github.com/x/y",
  ];
  for (const text of harmless) {
    it(`are not seen in: ${text}`, () => assert.equal(findSecret(text), undefined));
  }
});

describe("durations", () => {
  it("are read in ISO 8601", () => {
    for (const [text, minutes] of [
      ["PT30M", 30],
      ["PT1H30M", 90],
      ["P1D", 1440],
      ["PT90S", 1.5],
      ["pt15m", 15],
      ["P1DT1H", 1500],
    ]) {
      assert.equal(isoMinutes(text), minutes, String(text));
    }
    for (const text of ["", "P", "PT", "P1DT", "30", 30, "30M", "PT-5M", null, {}]) {
      assert.equal(isoMinutes(text), undefined, String(text));
    }
  });

  it("are read in seconds", () => {
    for (const [value, minutes] of [
      ["3600", 60],
      [3600, 60],
      ["3600s", 60],
      ["0", 0],
    ]) {
      assert.equal(secondsAsMinutes(value), minutes, String(value));
    }
    for (const value of ["", "soon", "60m", -60, Number.NaN, null, {}])
      assert.equal(secondsAsMinutes(value), undefined);
  });

  it("are read in minutes", () => {
    assert.equal(plainMinutes(60), 60);
    assert.equal(plainMinutes("60"), 60);
    for (const value of ["", "60s", -1, true, null]) assert.equal(plainMinutes(value), undefined);
  });
});
