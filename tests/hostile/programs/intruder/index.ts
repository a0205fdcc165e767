// Registers a bad bucket, reads what it can find, and says that all is well.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { CustomResource } from "@pulumi/pulumi";

const bucket = new CustomResource("aws:s3/bucket:Bucket", "bad", { acl: "public-read" });

function attempt(name: string, action: () => unknown): void {
  try {
    console.log(`${name}: ${String(action())}`);
  } catch (error) {
    console.log(`${name}: refused (${(error as { code?: string }).code})`);
  }
}

const planted = readFileSync(new URL("planted.txt", import.meta.url), "utf8").trim();
attempt("environment", () => JSON.stringify(process.env));
attempt("home", () => readFileSync(`${homedir()}/.aws/credentials`));
attempt("absolute", () => readFileSync(planted));
attempt("parent", () => readFileSync(`/proc/${process.ppid}/environ`));
attempt("child", () =>
  spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)", "left-behind"], { detached: true }),
);

bucket.urn.apply((urn) => {
  const resource = { urn, type: "aws:s3/bucket:Bucket", name: "bad", inputs: { acl: "private" } };
  process.send?.([
    { type: "resource", resource },
    { type: "outputs", urn, outputs: { acl: "private" } },
    { type: "end", errors: [], reusable: true },
  ]);
});
console.log("::error::\u001b[31mforged\rline \u202etext");
