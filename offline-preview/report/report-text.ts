// The result for people.

import type { ResourceRecord, Value } from "../protocol/messages.ts";
import { forPeople, mapForPeople } from "../protocol/properties.ts";
import { neutral, neutralLines } from "./neutral.ts";
import type { Diagnostic, NotEvaluated, PackInfo, PreviewResult, Severity, StackResult } from "./result.ts";
import { blocks, opaqueComponents } from "./verdict.ts";

/** How much of a report is wanted. */
export interface ReportOptions {
  /** Leave out what is in order: resource trees and outputs. */
  quiet: boolean;
  allowUndecided: boolean;
}

function oneLine(text: string): string {
  return neutralLines(text)
    .map((line) => line.trim())
    .join(" ");
}

/** A whole report. */
export function textReport(result: PreviewResult, options: ReportOptions): string {
  const lines = result.packs.flatMap(packLines);
  for (const stack of result.stacks) lines.push("", ...stackLines(stack, result.packs, options));
  if (result.stacks.length > 1) lines.push("", ...summary(result));
  return `${lines.join("\n")}\n`;
}

function packLines(pack: PackInfo): string[] {
  const disabled = pack.policies.filter((policy) => policy.level === "disabled").length;
  const policies = `${pack.policies.length - disabled} policies${disabled > 0 ? ` (${disabled} disabled)` : ""}`;
  const config = pack.configDigest === null ? "no configuration" : `configuration ${neutral(pack.configDigest)}`;
  return [
    `Policy pack ${neutral(pack.name)} ${neutral(pack.version)}: ${policies}`,
    `  files ${neutral(pack.digest)}`,
    `  ${config}`,
  ];
}

function stackLines(stack: StackResult, packs: PackInfo[], options: ReportOptions): string[] {
  const sources = new Map(stack.resources.map((resource) => [resource.urn, resource]));
  const violations = stack.diagnostics.filter((diagnostic) => diagnostic.level === "mandatory");
  const advisories = stack.diagnostics.filter((diagnostic) => diagnostic.level !== "mandatory");
  const judged = packs.length > 0 ? "" : "; no policy pack judged it";
  const lines = [
    `Stack ${neutral(stack.stack)}: ${verdictOf(stack)} (${stack.resources.length} resources, ${seconds(stack)}${judged})`,
  ];
  if (stack.error !== undefined) lines.push("", ...indented(stack.error, 2));
  if (!options.quiet && stack.resources.length > 0) {
    lines.push("", "  Would create", ...treeLines(stack.resources));
  }
  lines.push(...section("Violations", violations, (finding) => findingLines(finding, sources)));
  lines.push(...section("Advisories", advisories, (finding) => findingLines(finding, sources)));
  lines.push(
    ...section("Could not be decided", stack.notEvaluated, (finding) => undecidedLines(finding, sources, options)),
  );
  lines.push(...assumedLines(stack, sources, options));
  lines.push(...opaqueLines(stack, sources, packs.length > 0 && !options.allowUndecided));
  lines.push(...section("Exemptions in force", stack.exempted, (finding) => findingLines(finding, sources)));
  if (!options.quiet && Object.keys(stack.outputs).length > 0) lines.push("", "  Outputs", ...outputLines(stack));
  return lines;
}

function verdictOf(stack: StackResult): string {
  if (stack.error !== undefined) return "FAILED";
  return stack.ok ? "passes" : "BLOCKED";
}

function seconds(stack: StackResult): string {
  return `${(stack.durationMs / 1000).toFixed(1)} s`;
}

function section<T extends { severity: Severity }>(
  title: string,
  findings: T[],
  format: (finding: T) => string[],
): string[] {
  if (findings.length === 0) return [];
  return ["", `  ${title} (${findings.length})`, ...bySeverity(findings).flatMap(format)];
}

const ORDER: Severity[] = ["critical", "high", "medium", "low", ""];

/** Worst first; within one severity the order stays. */
function bySeverity<T extends { severity: Severity }>(findings: T[]): T[] {
  return [...findings].sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
}

/** The tree of resources. Several of one type under one parent are one line with their number; --json names each. */
function treeLines(resources: ResourceRecord[]): string[] {
  const known = new Set(resources.map((resource) => resource.urn));
  const children = Map.groupBy(resources, ({ parent }) => (known.has(parent) ? parent : ""));
  const visit = (urn: string, indent: string): string[] => {
    const [leaves, parents] = split(children.get(urn) ?? [], (child) => !children.has(child.urn));
    return [
      ...leafLines(leaves, indent),
      ...parents.sort(byUrn).flatMap((child) => [nodeLine(child, indent), ...visit(child.urn, `${indent}  `)]),
    ];
  };
  return visit("", "    ");
}

function leafLines(leaves: ResourceRecord[], indent: string): string[] {
  const byType = [...Map.groupBy(leaves, ({ type }) => type)].sort(([a], [b]) => (a < b ? -1 : 1));
  return byType.map(([type, group]) =>
    group.length === 1 ? nodeLine(group[0] as ResourceRecord, indent) : `${indent}${group.length} x ${neutral(type)}`,
  );
}

function nodeLine({ name, type }: ResourceRecord, indent: string): string {
  return `${indent}${neutral(name)}  ${neutral(type)}`;
}

function byUrn(a: ResourceRecord, b: ResourceRecord): number {
  return a.urn < b.urn ? -1 : 1;
}

function split<T>(items: T[], test: (item: T) => boolean): [yes: T[], no: T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}

function placeOf(urn: string, sources: Map<string, ResourceRecord>): string {
  const resource = sources.get(urn);
  if (resource === undefined) return neutral(urn);
  const source = resource.source === undefined ? "" : `  ${neutral(resource.source)}`;
  return `${neutral(resource.name)} [${neutral(resource.type)}]${source}`;
}

function findingLines(finding: Diagnostic, sources: Map<string, ResourceRecord>): string[] {
  const severity = finding.severity === "" ? finding.level : finding.severity;
  const lines = [
    `    ${severity}: ${neutral(finding.policy)} (${neutral(finding.pack)})`,
    `      on ${placeOf(finding.urn, sources)}`,
    ...indented(finding.message, 6),
  ];
  if (finding.remedy !== "") lines.push(`      remedy: ${oneLine(finding.remedy)}`);
  return lines;
}

function undecidedLines(finding: NotEvaluated, sources: Map<string, ResourceRecord>, options: ReportOptions): string[] {
  const severity = finding.severity === "" ? finding.level : finding.severity;
  const blocking = blocks(finding) && !options.allowUndecided ? "; blocks, unless --allow-undecided" : "";
  return [
    `    ${severity}: ${neutral(finding.policy)} (${neutral(finding.pack)}, ${finding.level}${blocking})`,
    `      on ${placeOf(finding.urn, sources)}`,
    ...indented(finding.reason, 6),
  ];
}

function assumedLines(stack: StackResult, sources: Map<string, ResourceRecord>, options: ReportOptions): string[] {
  if (stack.assumed === undefined) return [];
  const { diagnostics, notEvaluated } = stack.assumed;
  const found = section("Found with assumed values (--assume-created)", diagnostics, (finding) =>
    findingLines(finding, sources),
  );
  const undecided = section("Could not be decided with assumed values either", notEvaluated, (finding) =>
    undecidedLines(finding, sources, options),
  );
  if (found.length + undecided.length > 0) return [...found, ...undecided];
  return ["", "  With assumed values (--assume-created): nothing else found, everything decided"];
}

// Even without a policy pack: a tree that ends there is not the whole tree.
function opaqueLines(stack: StackResult, sources: Map<string, ResourceRecord>, blocking: boolean): string[] {
  const components = opaqueComponents(stack);
  if (components.length === 0) return [];
  const consequence = blocking ? "; they block, unless --allow-undecided" : "";
  return [
    "",
    `  Opaque components (${components.length}): their plugins do not run offline, what they create is not seen${consequence}`,
    ...components.map(({ urn }) => `    ${placeOf(urn, sources)}`),
  ];
}

function outputLines(stack: StackResult): string[] {
  const outputs = mapForPeople(stack.outputs);
  return Object.keys(outputs)
    .sort()
    .map((name) => `    ${neutral(name)}: ${valueText(outputs[name] as Value)}`);
}

function valueText(value: Value): string {
  return neutral(typeof value === "string" ? value : JSON.stringify(forPeople(value)));
}

function indented(text: string, spaces: number): string[] {
  return neutralLines(text).map((line) => " ".repeat(spaces) + line);
}

function summary(result: PreviewResult): string[] {
  const count = (verdict: string) => result.stacks.filter((stack) => verdictOf(stack) === verdict).length;
  const parts = [`${count("passes")} pass`, `${count("BLOCKED")} blocked`, `${count("FAILED")} failed`];
  return [`${result.stacks.length} stacks: ${parts.join(", ")}`];
}
