/** Credentials in plain text: found where they look like it, and in no output of a preview. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { credentialsIn } from "../../offline-preview/report/credentials.ts";
import { folder, project, removeFolders, run } from "./preview.ts";

const CANARIES = {
  accessKey: "AKIAZ7CANARYCANARY99",
  password: "canary-Zx81-horse!",
  inUrl: "canaryInUrl77",
  inScript: "wJalrCANARY/K7MDENG/bPxRfi99",
  listed: "Canary4242listed",
};

const PROGRAM = `
import { CustomResource } from "@pulumi/pulumi";
const script = "#!/bin/bash\\nexport AWS_SECRET_ACCESS_KEY=${CANARIES.inScript}\\n";
const props = {
  environment: { DB_PASSWORD: "${CANARIES.password}", KEY: "${CANARIES.accessKey}" },
  url: "postgres://team:${CANARIES.inUrl}@db.internal/app",
  onStart: Buffer.from(script).toString("base64"),
  variables: [{ name: "API_TOKEN", value: "${CANARIES.listed}" }],
  secretArn: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-1a2b3c",
};
class Thing extends CustomResource { constructor(name: string) { super("aws:sagemaker/thing:Thing", name, props); } }
new Thing("thing");
setTimeout(() => console.log("connected with ${CANARIES.password}"), 200);
export const connection = "postgres://team:${CANARIES.inUrl}@db.internal/app";
`;

describe("credentials in plain text", function () {
  this.timeout(60_000);
  after(removeFolders);

  it("are what is generated, not names of what is kept elsewhere", () => {
    assert.deepEqual(credentialsIn("password", "hunter2-Example-9f8e"), ["hunter2-Example-9f8e"]);
    assert.deepEqual(credentialsIn("name", "hunter2-Example-9f8e"), []);
    for (const reference of [
      "arn:aws:secretsmanager:x:1:secret:a1",
      "projects/p/secrets/s1",
      "fraud-db-password-1",
      "text",
    ]) {
      assert.deepEqual(credentialsIn("dbSecret", reference), [], reference);
    }
    const pem = `-----BEGIN RSA PRIVATE KEY-----\n${"QUJD".repeat(20)}\n-----END RSA PRIVATE KEY-----`;
    assert.equal(credentialsIn("x", pem).length, 1);
  });

  it("take no time on long texts", () => {
    for (const text of ["a-", "password", "password=", "://", "a:", "AKIA"]) {
      credentialsIn("token", text.repeat(1_000_000));
    }
  });

  it("are found at the end of long texts", () => {
    const key = "AKIA" + "ABCDEFGHIJKLMNOP";
    assert.deepEqual(credentialsIn("script", `${"# comment\n".repeat(200_000)}${key}`), [key]);
  });

  it("stand in no report, log or export", async () => {
    const target = folder({});
    const demo = project(PROGRAM);
    const shown: string[] = [];
    for (const form of [["--json"], [], ["--quiet"]]) {
      const { stdout, stderr, code } = await run([
        "--cwd",
        demo,
        ...form,
        "--export",
        `terraform=${join(target, "out")}`,
      ]);
      assert.equal(code, 0, stdout + stderr);
      shown.push(stdout, stderr);
    }
    for (const file of readdirSync(join(target, "out"), { recursive: true, withFileTypes: true })) {
      if (file.isFile()) shown.push(readFileSync(join(file.parentPath, file.name), "utf8"));
    }
    const all = shown.join("\n");
    const base64 = Buffer.from(CANARIES.inScript).toString("base64").slice(4, -4);
    const leaked = [...Object.values(CANARIES), base64].filter((canary) => all.includes(canary));
    assert.deepEqual(leaked, []);
    assert.match(all, /secret:db-1a2b3c/);
  });
});
