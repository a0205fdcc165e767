/** What controls read out of texts: credentials and durations. */
import assert from "node:assert/strict";
import { isoMinutes, plainMinutes, secondsAsMinutes } from "../../policy-pack/checks/durations.ts";
import { findSecret, mustHoldNoSecrets } from "../../policy-pack/checks/secrets.ts";

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
    ["an Azure shared access key", `Endpoint=sb://a/;${"SharedAccessKey"}=${"x".repeat(43)}=`],
    ["an Azure shared access signature", `https://a.blob.core.windows.net/b?sv=1&${"sig"}=${"x".repeat(43)}`],
    ["an Azure client secret", `abc${"8Q"}~${"x".repeat(34)}`],
    ["a Google OAuth secret", `${"GOCSPX"}-${"x".repeat(28)}`],
    ["a Google access token", `Authorization: Bearer ${"ya29"}.${"x".repeat(40)}`],
    ["a GitLab token", `${"glpat"}-${"x".repeat(20)}`],
    ["an OpenAI or Anthropic key", `${"sk"}-proj-${"x".repeat(48)}`],
    ["an OpenAI or Anthropic key", `${"sk"}-${"x".repeat(48)}`],
    ["a Databricks token", `${"dapi"}${"0a".repeat(16)}`],
    ["a Docker Hub token", `${"dckr"}_pat_${"x".repeat(27)}`],
    ["an npm token", `${"npm"}_${"x".repeat(36)}`],
    ["a PyPI token", `${"pypi"}-AgEI${"x".repeat(60)}`],
    ["a Vault token", `${"hvs"}.${"x".repeat(24)}`],
    ["a Stripe key", `${"sk"}_live_${"x".repeat(24)}`],
    ["a SendGrid key", `${"SG"}.${"x".repeat(22)}.${"x".repeat(43)}`],
    ["a signed web token", `${"eyJ"}hbGciOiJIUzI1.eyJzdWIiOiIxMjM0.${"x".repeat(43)}`],
    ["a text that looks like a generated key", `run --with ${"q7Zp2LxV9nTf4RkW"}8sYb3HmJ6cDgE1uA`],
    ["an Azure storage key", `DefaultEndpointsProtocol=https;AccountName=a;${"AccountKey"}=${"x".repeat(86)}==`],
    ["a password in a URL", "psql postgres://ml:hunter22@db.internal/features"],
    ["a password or token", 'DB_PASSWORD="correct-horse-battery"'],
    ["a password or token", "export API_KEY=9f8e7d6c5b4a3210"],
    ["a password or token", "'client_secret': 'abcd1234efgh'"],
    ["a password or token", `export AWS_SECRET_ACCESS_KEY=${"wJalrXUtnFEMI"}/K7MDENG+bPxRfiCY1`],
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
    "image@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "Run-3f2504e0-4f89-11d3-9a0c-0305e82c3301",
    "/subscriptions/3f2504e0-4f89-11d3-9a0c-0305e82c3301/resourceGroups/Rg1/providers/Microsoft.ML/workspaces/W1",
    "s3://Example-Bucket1/daily/2026-01-01T00-00-00Z/part-00017-of-00128",
    "projects/Project1/locations/europe-west4/keyRings/Ring1/cryptoKeys/Key1/cryptoKeyVersions/1",
    "MyModelTrainingPipelineV2WithXGBoost1InProductionAccount",
    "sk-learn-training-pipeline-with-random-forest-2026-and-more",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGx8Q2Vh9wL4mZr7TnK3pYb6HcJ1sDfGuE5vWqXo0iNa user@host",
    `integrity sha512-${"q7Zp2LxV9nTf4RkW8sYb3HmJ6cDgE1uA".repeat(2)}==`,
    Buffer.from("pip install --quiet pandas==2.2.3 && echo Done").toString("base64"),
  ];
  for (const text of harmless) {
    it(`are not seen in: ${text}`, () => assert.equal(findSecret(text), undefined));
  }
});

describe("a text made to take long", () => {
  for (const piece of [
    "a-",
    "a.",
    "token",
    "token=a",
    "token= ",
    "a://b:c",
    "a://",
    "-----BEGIN A ",
    "hf_",
    "token='",
  ]) {
    it(`of ${piece} is read quickly`, () => {
      const start = performance.now();
      findSecret(piece.repeat(100_000));
      assert.ok(performance.now() - start < 1500);
    });
  }
});

describe("credentials in lists of variables", () => {
  const password = "c0rrectHorse4711";
  const found = (variables: unknown) =>
    mustHoldNoSecrets({ variables: variables as object }, "variables").map((one) => "message" in one && one.message);

  it("are found by the name of the variable, wherever it stands", () => {
    for (const [variables, at] of [
      [{ DB_PASSWORD: password }, "DB_PASSWORD"],
      [[{ name: "DB_PASSWORD", value: password }], "0.value"],
      [[{ key: "DB_PASSWORD", value: password }], "0.value"],
      [{ DB_PASSWORD: { type: "local", value: password } }, "DB_PASSWORD.value"],
    ]) {
      assert.deepEqual(found(variables), [`variables.${at} holds a password or token`]);
    }
  });

  it("are not repeated", () => {
    for (const text of [password, `${"hf_"}${"aB".repeat(17)}`, `postgres://ml:${password}@db/features`]) {
      const messages = found({ API_TOKEN: text });
      assert.equal(messages.length, 1);
      assert.ok(!String(messages[0]).includes(password) && !String(messages[0]).includes("hf_"));
    }
  });

  it("are not seen in names of secrets that are kept elsewhere", () => {
    for (const reference of [
      "arn:aws:secretsmanager:eu-west-1:111122223333:secret:token1",
      "projects/123456789/secrets/hugging-face/versions/1",
      "/run/secrets/api-key1",
      "secret/data/fraud1",
      "fraud-client-secret-2",
      "fraud_database.password.v2",
    ]) {
      assert.deepEqual(found({ API_TOKEN: reference }), [], reference);
    }
  });

  it("are found in texts that only look like names at first", () => {
    for (const text of ["projects1A/2b3C4d5E6f", "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "fraud-4f3b2a1c9d8e7f60"]) {
      assert.equal(found({ API_TOKEN: text }).length, 1, text);
    }
  });

  it("are looked for in values of any kind, however deep", () => {
    let deep: unknown = password;
    for (let level = 0; level < 100; level++) deep = { DB_PASSWORD: deep };
    for (const value of [deep, 7, true, null, [], {}, [null], [[{}]], { name: { toString: 1 }, value: "info" }])
      assert.deepEqual(found({ value }), []);
  });
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
