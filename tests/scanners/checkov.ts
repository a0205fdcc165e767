/** Runs Checkov on what previews would create. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WITHOUT_RULES } from "../../offline-preview/export/azurerm.ts";
import { type TerraformResource, toHcl } from "../../offline-preview/export/hcl.ts";
import { cloudResources } from "../../offline-preview/export/resources.ts";
import { toTerraform } from "../../offline-preview/export/terraform.ts";
import type { ResourceRecord } from "../../offline-preview/protocol/messages.ts";

/** Types that azurerm has no words for: file services belong to the storage account there, assets of Azure ML to no type. */
const WITHOUT_WORDS = new Set([
  ...Object.keys(WITHOUT_RULES),
  "azure-native:storage:FileServiceProperties",
  ...["ComponentVersion", "EnvironmentVersion", "ModelContainer", "Schedule"].map(
    (asset) => `azure-native:machinelearningservices:${asset}`,
  ),
]);

/** Where `make` puts Checkov: pinned in requirements.txt, never committed. */
const CHECKOV = ".cache/checkov";

/** A rule that a resource breaks. */
export interface Finding {
  /** Checkov's id of the rule. */
  rule: string;
  /** What the rule wants. */
  title: string;
  /** Terraform type of the resource. */
  type: string;
  /** Label of the resource in the export: the stack and the resource's name in Pulumi. */
  resource: string;
}

/** What Checkov says. */
export interface Scan {
  findings: Finding[];
  /** Rules that were evaluated, by Terraform type, whatever came out. */
  evaluated: Map<string, Set<string>>;
}

/** A previewed stack. */
export interface PreviewedStack {
  stack: string;
  resources: ResourceRecord[];
}

interface RuleResult {
  check_id: string;
  check_name: string;
  /** Address: type and label. */
  resource: string;
}

interface CheckovReport {
  /** Absent when Checkov found nothing to read. */
  results?: { failed_checks: RuleResult[]; passed_checks: RuleResult[] };
  summary?: { resource_count: number };
}

/** Scans stacks with every rule that Checkov has for Terraform. */
export function scan(stacks: PreviewedStack[]): Scan {
  const resources = stacks.flatMap(exported);
  const report = runCheckov(resources);
  const { results, summary } = report;
  if (!results || summary?.resource_count !== resources.length) {
    throw new Error(`Checkov read ${summary?.resource_count ?? 0} of ${resources.length} resources`);
  }
  const evaluated = new Map<string, Set<string>>();
  for (const { check_id, resource } of [...results.failed_checks, ...results.passed_checks]) {
    const [type] = address(resource);
    evaluated.set(type, (evaluated.get(type) ?? new Set()).add(check_id));
  }
  return { findings: results.failed_checks.map(finding), evaluated };
}

/** A stack in Terraform's words. Throws when a resource has none that ought to have. */
function exported({ stack, resources }: PreviewedStack): TerraformResource[] {
  const { resources: found, skipped } = toTerraform(cloudResources(resources), `${stack}_`);
  const missing = skipped.find(({ type }) => !WITHOUT_WORDS.has(type));
  if (missing) throw new Error(`${missing.type} has no Terraform type: add it to offline-preview/export/azurerm.ts`);
  return found;
}

function finding({ check_id, check_name, resource }: RuleResult): Finding {
  const [type, label] = address(resource);
  return { rule: check_id, title: check_name, type, resource: label };
}

function address(resource: string): [string, string] {
  const dot = resource.startsWith("Microsoft.") ? resource.indexOf(".", "Microsoft.".length) : resource.indexOf(".");
  return [resource.slice(0, dot), resource.slice(dot + 1)];
}

function runCheckov(resources: TerraformResource[]): CheckovReport {
  // Checkov passes over hidden folders, so .cache would not do.
  const folder = mkdtempSync(join(tmpdir(), "scan-"));
  try {
    writeFileSync(join(folder, "main.tf"), toHcl(resources));
    const output = checkov("--directory", folder, "--framework", "terraform", "--output", "json");
    return JSON.parse(output) as CheckovReport;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Rules that files in a folder break, as `rule type`; the framework is Checkov's word for the files' format. */
export function brokenRules(folder: string, framework: "terraform" | "arm"): Set<string> {
  const report = JSON.parse(
    checkov("--directory", folder, "--framework", framework, "--output", "json"),
  ) as CheckovReport;
  return new Set(
    (report.results?.failed_checks ?? []).map(({ check_id, resource }) => `${check_id} ${address(resource)[0]}`),
  );
}

/** Checkov's list of its rules for Terraform, as it prints it. */
export function listRules(): string {
  return checkov("--list", "--framework", "terraform");
}

function checkov(...args: string[]): string {
  if (!existsSync(`${CHECKOV}/.installed`)) {
    throw new Error(`Checkov is missing: run "make ${CHECKOV}/.installed" (or "make scan") first`);
  }
  // Nothing is downloaded and nothing is sent anywhere; findings are this program's to judge.
  const command = ["-m", "checkov.main", ...args, "--compact", "--skip-download", "--soft-fail"];
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, PYTHONPATH: CHECKOV };
  const { status, stdout, stderr } = spawnSync("python3", command, { encoding: "utf8", env, maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`Checkov ended with ${status}: ${stderr.slice(-2000)}`);
  return stdout;
}
