/** Projects and packs that a benchmark runs. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse, stringify } from "yaml";

interface StackFile {
  config: Record<string, { team: string }>;
}

/** The repository's program with `count` copies of one team's stack. Gives the project's folder. */
export function manyWorkspaces(folder: string, count: number): string {
  const project = parse(readFileSync("Pulumi.yaml", "utf8")) as object;
  const template = readFileSync("stacks/Pulumi.fraud-aws.yaml", "utf8");
  mkdirSync(folder);
  const settings = { ...project, main: resolve("stacks/index.ts"), stackConfigDir: "." };
  writeFileSync(join(folder, "Pulumi.yaml"), stringify(settings));
  for (let index = 0; index < count; index++) {
    const stack = parse(template) as StackFile;
    const spec = stack.config["secure-ml-workspaces:workspace"];
    if (!spec) throw new Error("the stack file of fraud-aws holds no workspace");
    spec.team = `team${index}`;
    writeFileSync(join(folder, `Pulumi.team${index}.yaml`), stringify(stack));
  }
  return folder;
}

/** One stack of a given number of queues and what belongs to them; `first` comes first in it. Gives the project's folder. */
export function oneLargeStack(folder: string, resources: number, first = ""): string {
  mkdirSync(folder);
  symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
  writeFileSync(
    join(folder, "Pulumi.yaml"),
    "name: large\nruntime: { name: nodejs, options: { typescript: false } }\n",
  );
  writeFileSync(join(folder, "Pulumi.dev.yaml"), "config: {}\n");
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "large", type: "module" }));
  const program = `import { Queue } from "@pulumi/aws/sqs/queue.js";
import { QueuePolicy } from "@pulumi/aws/sqs/queuePolicy.js";
${first}
for (let index = 0; index < ${Math.floor(resources / 2)}; index++) {
  const queue = new Queue("queue-" + index, { kmsMasterKeyId: "alias/data", tags: { team: "fraud" } });
  new QueuePolicy("policy-" + index, { queueUrl: queue.url, policy: "{}" });
}
`;
  writeFileSync(join(folder, "index.ts"), program);
  return folder;
}

/** A pack without policies, which shows what the policy server costs by itself. Gives the pack's folder. */
export function emptyPack(folder: string): string {
  mkdirSync(folder);
  symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
  const pulumiOfflinePreview = { stateless: true };
  const manifest = { name: "empty", version: "1.0.0", main: "main.cjs", pulumiOfflinePreview };
  writeFileSync(join(folder, "PulumiPolicy.yaml"), "runtime: nodejs\n");
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(folder, "main.cjs"), 'new (require("@pulumi/policy").PolicyPack)("empty", { policies: [] });\n');
  return folder;
}
