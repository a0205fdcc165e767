/** The same previews through the Pulumi CLI, if there is one: it needs the provider plugins, and what they need. */
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse, stringify } from "yaml";
import { type Measurement, measure } from "./measure.ts";

/** Seconds that the CLI takes for each of the repository's stacks, by name; undefined where it is not on PATH. */
export async function engineSeconds(folder: string, pack: string): Promise<Record<string, number> | undefined> {
  if ((await version(folder)) === undefined) return undefined;
  const project = copyProject(folder);
  const seconds: Record<string, number> = {};
  for (const stack of stackNames()) {
    await pulumi(project, ["stack", "init", stack]);
    const preview = await pulumi(project, ["preview", "--stack", stack, "--policy-pack", pack]);
    if (preview.exitCode !== 0) throw new Error(`pulumi preview of ${stack} failed:\n${preview.stdout.slice(-2000)}`);
    seconds[stack] = preview.seconds;
  }
  return seconds;
}

async function version(folder: string): Promise<string | undefined> {
  mkdirSync(folder, { recursive: true });
  try {
    const { exitCode, stdout } = await measure(["pulumi", "version"], folder);
    return exitCode === 0 ? stdout.trim() : undefined;
  } catch {
    return undefined; // not on PATH
  }
}

function stackNames(): string[] {
  return ["churn-aws", "fraud-aws", "fraud-azure", "fraud-gcp", "health-azure", "vision-gcp"];
}

// A copy: `stack init` writes into the stack files.
function copyProject(folder: string): string {
  const project = join(folder, "project");
  mkdirSync(project);
  for (const name of ["stacks", "package.json", "policy-config.json"])
    cpSync(name, join(project, name), { recursive: true });
  for (const name of ["node_modules", "components"]) symlinkSync(resolve(name), join(project, name));
  writeFileSync(join(project, "Pulumi.yaml"), stringify(parse(readFileSync("Pulumi.yaml", "utf8"))));
  return project;
}

function pulumi(project: string, args: string[]): Promise<Measurement> {
  const settings = {
    PULUMI_BACKEND_URL: `file://${project}`,
    PULUMI_CONFIG_PASSPHRASE: "",
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
  const variables = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  return measure(["env", ...variables, "pulumi", ...args, "--non-interactive"], project);
}
