/** Exemptions from the platform team's configuration file to the report that a reviewer reads. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type Finding, folder, type Report, removeFolders, run } from "../offline-preview/preview.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const ROOT_ACCESS = "notebook-root-disabled";
const INTERNET = "notebook-no-direct-internet";
const OWNER = "ml-platform@example.com";

function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}

function entry(changes: Record<string, unknown>): Record<string, unknown> {
  const reason = "The vendor's image needs root";
  return { control: ROOT_ACCESS, resource: "*::none", reason, owner: OWNER, expires: inDays(30), ...changes };
}

const EXPIRED = inDays(-1);
const LATE = inDays(200);
const ENTRIES = [
  entry({ resource: "urn:pulumi:dev::exemptions::aws:sagemaker/notebookInstance:NotebookInstance::accepted" }),
  entry({ resource: "*::expired", expires: EXPIRED }),
  entry({ resource: "*::unreasoned", reason: undefined }),
  entry({ resource: "*::accepted", control: INTERNET }),
  entry({ resource: "*::accepted", control: "notebook-rot-disabled" }),
  entry({ resource: "*::distant", expires: LATE }),
];
const FAULTS = [
  `exemptions[1] (${ROOT_ACCESS} on *::expired) exempts nothing: it expired on ${EXPIRED}`,
  `exemptions[2] (${ROOT_ACCESS} on *::unreasoned) exempts nothing: reason is missing; give it as text`,
  `exemptions[3] (${INTERNET} on *::accepted) exempts nothing: ${INTERNET} is critical, and critical controls cannot be exempted`,
  "exemptions[4] (notebook-rot-disabled on *::accepted) exempts nothing: there is no control notebook-rot-disabled",
  `exemptions[5] (${ROOT_ACCESS} on *::distant) exempts nothing: expires must be within 90 days`,
];

const NOTEBOOKS = ["accepted", "expired", "unreasoned", "distant"];
const PROGRAM = `import { NotebookInstance } from "@pulumi/aws/sagemaker/notebookInstance.js";
for (const name of ${JSON.stringify(NOTEBOOKS)}) {
  new NotebookInstance(name, { instanceType: "ml.t3.medium", roleArn: "arn:aws:iam::111122223333:role/notebook",
    rootAccess: "Enabled", directInternetAccess: "Enabled" });
}
`;

describe("exemptions in the report", () => {
  let code: number | null;
  let text: string;
  let report: Report;

  before(async () => {
    const project = folder({
      "Pulumi.yaml": "name: exemptions\nruntime: {name: nodejs, options: {typescript: false}}\n",
      "Pulumi.dev.yaml": "",
      "package.json": JSON.stringify({ type: "module" }),
      "index.ts": PROGRAM,
      "policy-config.json": JSON.stringify({ exemptions: { exemptions: ENTRIES } }),
    });
    const args = ["--cwd", project, "--policy-pack", join(ROOT, "policy-pack")];
    const configured = [...args, "--policy-pack-config", join(project, "policy-config.json")];
    const [plain, json] = await Promise.all([run([...configured, "--quiet"]), run([...configured, "--json"])]);
    code = plain.code;
    text = plain.stdout;
    report = JSON.parse(json.stdout) as Report;
  });

  after(removeFolders);

  const violations = (policy: string): Finding[] =>
    report.stacks[0]!.diagnostics.filter((found) => found.policy === policy && found.level === "mandatory");
  const nameOf = ({ urn }: { urn: string }) => urn.slice(urn.lastIndexOf("::") + 2);
  const section = (title: string) => {
    const [lines] = text.slice(text.indexOf(`  ${title} (`)).split("\n\n") as [string];
    return lines.trim().split("\n").map(withoutLimit);
  };
  // The last day that would be allowed moves while the test runs over midnight.
  const withoutLimit = (line: string) => line.trim().replace(/, by [\d-]+$/, "");

  it("list an accepted one with its control, date, owner and reason, and lift that control only", () => {
    assert.deepEqual(section("Exemptions in force"), [
      "Exemptions in force (1)",
      "low: exemption-in-force (secure-ml)",
      "on accepted [aws:sagemaker/notebookInstance:NotebookInstance]  index.ts:3",
      "A control is not applied to this resource",
      `${ROOT_ACCESS} (high) until ${inDays(30)}, owner ${OWNER}: The vendor's image needs root`,
    ]);
    assert.deepEqual(report.stacks[0]!.exempted.map(nameOf), ["accepted"]);
    assert.deepEqual(violations(ROOT_ACCESS).map(nameOf).sort(), ["distant", "expired", "unreasoned"]);
  });

  it("refuse every faulty one with its fault, on the stack, and let it exempt nothing", () => {
    const found = violations("exemptions");
    assert.deepEqual(
      found.map(({ message }) => withoutLimit(message.split("\n").at(-1)!)),
      FAULTS,
    );
    for (const one of found) assert.deepEqual([one.severity, nameOf(one)], ["high", "exemptions-dev"]);
    const lines = section("Violations");
    for (const fault of FAULTS) assert.equal(lines.filter((line) => line === fault).length, 1, fault);
  });

  it("never lift a critical control", () => {
    assert.deepEqual(violations(INTERNET).map(nameOf).sort(), [...NOTEBOOKS].sort());
  });

  it("name the configuration that decided, and block the stack", () => {
    assert.equal(code, 1);
    assert.match(
      text,
      /^Policy pack secure-ml .*\n {2}files sha256:[0-9a-f]{64}\n {2}configuration sha256:[0-9a-f]{64}$/m,
    );
    assert.match(report.packs[0]!.configDigest!, /^sha256:/);
  });
});
