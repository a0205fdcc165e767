// Writes what a preview would create as files that scanners read: Terraform or ARM templates, a folder for each stack.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { messageOf, UserError } from "../errors.ts";
import type { StackResult } from "../report/result.ts";
import { toArm } from "./arm.ts";
import { toHcl } from "./hcl.ts";
import { cloudResources, type Skipped } from "./resources.ts";
import { toTerraform } from "./terraform.ts";

/** What can be written. */
export type ExportFormat = "terraform" | "arm";

/** What `--export` asks for. */
export interface ExportRequest {
  format: ExportFormat;
  folder: string;
}

/** Reads `--export terraform=DIR` or `--export arm=DIR`. */
export function parseExport(text: string): ExportRequest {
  const [, format, folder] = /^(terraform|arm)=(.+)$/s.exec(text) ?? [];
  if (folder === undefined) throw new UserError(`--export: write terraform=DIR or arm=DIR, not ${text}`);
  return { format: format as ExportFormat, folder: resolve(folder) };
}

/** What was written. */
export interface ExportResult {
  /** Paths of the files. */
  files: string[];
  /** Resources that the format has no words for; the README among the files lists them too. */
  skipped: Skipped[];
}

interface StackExport {
  stack: StackResult;
  /** Name of the stack's folder. */
  folder: string;
  /** Name and text of the stack's file; undefined when the stack has nothing that the format can say. */
  file: { name: string; text: string } | undefined;
  written: number;
  skipped: Skipped[];
}

/**
 * Writes the resources of stacks into a folder, which is made if it does not exist: `STACK/main.tf` or
 * `STACK/template.json`, and a README that says what is missing. The same stacks give the same files. Throws a UserError
 * if a file cannot be written.
 */
export function exportStacks(format: ExportFormat, stacks: StackResult[], folder: string): ExportResult {
  const names = folderNames(stacks);
  const exports = stacks.map((stack, index) => exportStack(format, stack, names[index] as string));
  const files: string[] = [];
  const write = (path: string[], text: string) => {
    const file = join(folder, ...path);
    writeText(file, text);
    files.push(file);
  };
  for (const { folder: name, file } of exports) if (file !== undefined) write([name, file.name], file.text);
  write(["README.md"], readme(format, exports));
  return { files, skipped: exports.flatMap(({ skipped }) => skipped) };
}

function writeText(file: string, text: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  } catch (error) {
    throw new UserError(`--export: ${messageOf(error)}`);
  }
}

function exportStack(format: ExportFormat, stack: StackResult, folder: string): StackExport {
  const resources = cloudResources(stack.resources);
  if (format === "terraform") {
    const { resources: found, skipped } = toTerraform(resources);
    const file = found.length === 0 ? undefined : { name: "main.tf", text: toHcl(found) };
    return { stack, folder, file, written: found.length, skipped };
  }
  const { template, skipped } = toArm(resources);
  const written = template.resources.length;
  const file =
    written === 0 ? undefined : { name: "template.json", text: `${JSON.stringify(template, undefined, 2)}\n` };
  return { stack, folder, file, written, skipped };
}

/** A folder for each stack. Stacks of several projects may have the same name: then the project's comes before it. */
function folderNames(stacks: StackResult[]): string[] {
  const projects = stacks.map(({ resources }) => resources[0]?.urn.split("::")[1] ?? "");
  const several = new Set(projects.filter((project) => project !== "")).size > 1;
  const taken = new Set<string>();
  return stacks.map(({ stack }, index) => {
    const base = safe(several && projects[index] !== "" ? `${projects[index]}-${stack}` : stack);
    let name = base;
    for (let number = 2; taken.has(name); number++) name = `${base}-${number}`;
    taken.add(name);
    return name;
  });
}

/** A name that stays in its folder. Scanners pass over hidden folders, so it does not begin with a dot. */
function safe(name: string): string {
  return name.replace(/[^A-Za-z0-9_.-]/g, "-").replace(/^(?![A-Za-z0-9_])[.-]?/, "_");
}

const WHAT: Record<ExportFormat, string[]> = {
  terraform: [
    "Unknown values that come from a resource of the stack are references to it; other unknown values are",
    "`var.known_after_apply`, secrets are `var.secret`. Terraform's names are derived from Pulumi's by rule. Of azure-native",
    "only the types whose form in azurerm is known are written: `--export arm` has all of them.",
  ],
  arm: [
    "Unknown values that come from a resource of the stack are `resourceId(…)` or its name; other unknown values are",
    "`parameters('knownAfterApply')`, secrets are `parameters('secret')`. Resources are in no resource group here.",
  ],
};

function readme(format: ExportFormat, exports: StackExport[]): string {
  const title = format === "terraform" ? "Terraform" : "ARM templates";
  const lines = [
    `# ${title} of previewed stacks`,
    "",
    "Written by `pulumi-offline-preview --export` for scanners to read; it is not made to be deployed.",
    ...WHAT[format],
    "",
  ];
  for (const { stack, folder, file, written, skipped } of exports) {
    const where = file === undefined ? "no file" : `${folder}/${file.name}`;
    lines.push(`- ${folder}: ${where}, ${written} resources, ${skipped.length} left out`);
    if (stack.error !== undefined) lines.push("  - the preview of this stack failed: it is not complete");
    lines.push(...leftOut(skipped));
  }
  return `${lines.join("\n")}\n`;
}

/** The types that were left out, each with how often. */
function leftOut(skipped: Skipped[]): string[] {
  const byType = Map.groupBy(skipped, ({ type }) => type);
  return [...byType]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, all]) => `  - left out: ${code(type)} (${all.length})`);
}

/** Names come from programs that are only being judged: they stay text in the README. */
function code(text: string): string {
  return `\`${text.replace(/[^A-Za-z0-9:/._-]/g, "_")}\``;
}
