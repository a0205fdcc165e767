/** Controls as @pulumi/policy policies. */
import type {
  PolicyConfigSchema,
  ReportViolation,
  ResourceRemediation,
  ResourceValidation,
  ResourceValidationPolicy,
  StackValidation,
  StackValidationPolicy,
} from "@pulumi/policy";
import {
  type Check,
  type Control,
  canonicalType,
  checksOf,
  cloudsOf,
  defaultLevel,
  type Frameworks,
  stackChecksOf,
} from "./control.ts";
import { onlyFor } from "./dispatch.ts";
import type { Finding } from "./findings.ts";
import { applyFixes, fixes } from "./fixes.ts";
import { readParameters } from "./parameters.ts";
import { Register } from "./register.ts";
import { settingsPolicies } from "./settings.ts";
import { viewStack } from "./stack-view.ts";

/** A policy of either kind. One policy can judge both resources and stacks, under one name, level and configuration. */
export type Policy = ResourceValidationPolicy | StackValidationPolicy;

/** One policy for each control, after those that hold the settings. */
export function buildPolicies(controls: Control[]): Policy[] {
  const register = new Register(controls);
  return [...settingsPolicies(register), ...controls.map((control) => controlPolicy(control, register))];
}

function controlPolicy(control: Control, register: Register): Policy {
  return {
    name: control.id,
    description: control.title,
    displayName: control.title,
    severity: control.severity,
    enforcementLevel: defaultLevel(control.severity),
    remediationSteps: control.remedy,
    tags: tagsOf(control),
    ...(control.url && { url: control.url }),
    ...(control.frameworks.nist80053 && { framework: nistFramework(control.frameworks.nist80053) }),
    ...(control.parameters && { configSchema: schemaOf(control) }),
    ...(checksOf(control).length > 0 && { validateResource: judgeResource(control, register) }),
    ...(fixes[control.id] && { remediateResource: remediateResource(control, register) }),
    ...(stackChecksOf(control).length > 0 && { validateStack: judgeStack(control, register) }),
  } as Policy;
}

function judgeResource(control: Control, register: Register): ResourceValidation {
  const checks = checksByType(checksOf(control));
  const validate: ResourceValidation = (args, report) => {
    const type = canonicalType(args.type);
    const applicable = checks.get(type);
    if (!applicable || !register.applies(control, args)) return;
    const context = readParameters(control.id, control.parameters, args.getConfig());
    const resource = { type, urn: args.urn, name: args.name, props: args.props, provider: args.provider };
    const findings = applicable.flatMap((check) => check.evaluate(resource, context));
    reportViolations(findings, args.urn, report);
    rejectUndecided(findings);
  };
  return onlyFor([...checks.keys()], validate);
}

/** Sets what leaves no choice, where the resource is known to break the control. */
function remediateResource(control: Control, register: Register): ResourceRemediation {
  const checks = checksByType(checksOf(control));
  return (args) => {
    const type = canonicalType(args.type);
    const list = fixes[control.id]?.[type];
    if (list === undefined || !register.applies(control, args)) return undefined;
    const context = readParameters(control.id, control.parameters, args.getConfig());
    const resource = { type, urn: args.urn, name: args.name, props: args.props, provider: args.provider };
    const findings = (checks.get(type) ?? []).flatMap((check) => check.evaluate(resource, context));
    if (!findings.some((finding) => finding.kind === "violation")) return undefined;
    applyFixes(args.props, list);
    return args.props;
  };
}

function judgeStack(control: Control, register: Register): StackValidation {
  const validate: StackValidation = (args, report) => {
    const stack = viewStack(args.resources);
    const context = readParameters(control.id, control.parameters, args.getConfig());
    const all: Finding[] = [];
    for (const check of stackChecksOf(control)) {
      for (const resource of stack.ofType(...check.types)) {
        if (!register.applies(control, resource)) continue;
        const findings = check.evaluate(resource, stack, context);
        reportViolations(findings, resource.urn, report);
        all.push(...findings);
      }
    }
    rejectUndecided(all);
  };
  return onlyFor([...new Set(stackChecksOf(control).flatMap((check) => check.types))], validate);
}

function reportViolations(findings: Finding[], urn: string, report: ReportViolation): void {
  for (const finding of findings) {
    if (finding.kind === "violation") report(finding.message, urn);
  }
}

/** Lets the server report that the policy could not be decided: its own error about the unknown value does that. */
function rejectUndecided(findings: Finding[]): void {
  for (const finding of findings) {
    if (finding.kind === "undecided") throw finding.cause;
  }
}

function checksByType(checks: Check[]): Map<string, Check[]> {
  const byType = new Map<string, Check[]>();
  for (const check of checks) {
    for (const type of check.types) byType.set(type, [...(byType.get(type) ?? []), check]);
  }
  return byType;
}

/** Clouds and the ids in other catalogues. PolicyInfo has room for one framework only. */
function tagsOf(control: Control): string[] {
  const ids = Object.entries(control.frameworks as Record<keyof Frameworks, string[]>);
  return [...cloudsOf(control), ...ids.flatMap(([framework, list]) => list.map((id) => `${framework}:${id}`))];
}

function nistFramework(ids: string[]) {
  return { name: "NIST SP 800-53", version: "5", reference: ids.join(", "), specification: "" };
}

function schemaOf(control: Control): PolicyConfigSchema {
  const properties = Object.entries(control.parameters ?? {}).map(([name, parameter]) => {
    const items = parameter.type === "array" ? { items: { type: "string" as const } } : {};
    return [name, { ...parameter, ...items }];
  });
  return { properties: Object.fromEntries(properties) };
}
