/** Controls as @pulumi/policy policies. */
import type {
  PolicyConfigSchema,
  ReportViolation,
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
  typesOf,
} from "./control.ts";
import { noteTypes, onlyFor, onlyIf } from "./dispatch.ts";
import { type Exemption, findExemption, judgeExemptions, MAX_EXEMPTION_DAYS, matchesUrn, toDay } from "./exemptions.ts";
import type { Finding } from "./findings.ts";
import { readParameters } from "./parameters.ts";
import { viewStack } from "./stack-view.ts";

/** A policy of either kind. One policy can judge both resources and stacks, under one name, level and configuration. */
export type Policy = ResourceValidationPolicy | StackValidationPolicy;

/** Marks the policy whose reports are exemptions in force. */
const EXEMPTION_TAG = "exemption";

/** The exemptions of the pack's configuration, for the policies of one pack. */
interface Register {
  exemptions: Exemption[];
  problems: string[];
  /** What they were judged from, and the day: as long as both are the same, so is the result. */
  entries?: unknown;
  day?: string;
}

/**
 * One policy for each control, after the two that handle exemptions. The server runs policies in this order for each
 * resource, and hands to each its own configuration only: so the first one reads the exemptions for all others, and
 * says which types the request is about.
 */
export function buildPolicies(controls: Control[]): Policy[] {
  const register: Register = { exemptions: [], problems: [] };
  return [
    exemptionsPolicy(controls, register),
    exemptionInForcePolicy(controls, register),
    ...controls.map((control) => controlPolicy(control, register)),
  ];
}

function exemptionsPolicy(controls: Control[], register: Register): Policy {
  const load = (config: { exemptions?: unknown }): string[] => {
    const [entries, day] = [config.exemptions, toDay(new Date())];
    if (register.entries !== entries || register.day !== day) {
      const { accepted, problems } = judgeExemptions(entries, controls, day);
      Object.assign(register, { exemptions: accepted, problems, entries, day });
    }
    return register.problems;
  };
  return {
    name: "exemptions",
    description: "Exemptions are complete, dated and allowed",
    displayName: "Exemptions",
    severity: "high",
    enforcementLevel: "mandatory",
    remediationSteps: `Give control, resource, reason, owner and a date at most ${MAX_EXEMPTION_DAYS} days ahead, or remove the entry.`,
    configSchema: EXEMPTIONS_SCHEMA,
    validateResource: (args, report) => {
      noteTypes([args.type]);
      const problems = load(args.getConfig());
      // Every stack has exactly one root resource: problems are reported there, once.
      if (args.type !== "pulumi:pulumi:Stack") return;
      for (const problem of problems) report(problem);
    },
    // A host may judge a stack without having judged its resources in this process.
    validateStack: (args) => {
      noteTypes(args.resources.map((resource) => resource.type));
      load(args.getConfig());
    },
  } as Policy;
}

const EXEMPTIONS_SCHEMA: PolicyConfigSchema = {
  properties: {
    exemptions: {
      type: "array",
      description: "Resources that may break a control for a while. Critical controls cannot be exempted.",
      default: [],
      items: {
        type: "object",
        properties: {
          control: { type: "string", description: "Id of the control." },
          resource: { type: "string", description: "URN of the resource, or a pattern with * that ends in ::<name>." },
          reason: { type: "string", description: "Why the exemption is needed." },
          owner: { type: "string", description: "Who answers for it." },
          expires: {
            type: "string",
            description: `Last day on which it holds, YYYY-MM-DD in UTC, at most ${MAX_EXEMPTION_DAYS} days ahead.`,
          },
        },
      },
    },
  },
};

function exemptionInForcePolicy(controls: Control[], register: Register): Policy {
  const byId = new Map(controls.map((control) => [control.id, { control, types: new Set(typesOf(control)) }]));
  const validate: ResourceValidation = (args, report) => {
    const type = canonicalType(args.type);
    for (const { control: id, resource, expires, owner, reason } of register.exemptions) {
      const known = byId.get(id);
      if (!known?.types.has(type) || !matchesUrn(resource, args.urn)) continue;
      report(`${id} (${known.control.severity}) until ${expires}, owner ${owner}: ${reason}`);
    }
  };
  return {
    name: "exemption-in-force",
    description: "A control is not applied to this resource",
    displayName: "Exemption in force",
    severity: "low",
    enforcementLevel: "advisory",
    tags: [EXEMPTION_TAG],
    validateResource: onlyIf(() => register.exemptions.length > 0, "resources with exemptions", validate),
  };
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
    ...(stackChecksOf(control).length > 0 && { validateStack: judgeStack(control, register) }),
  } as Policy;
}

function judgeResource(control: Control, register: Register): ResourceValidation {
  const checks = checksByType(checksOf(control));
  const validate: ResourceValidation = (args, report) => {
    const type = canonicalType(args.type);
    const applicable = checks.get(type);
    if (!applicable || findExemption(register.exemptions, control.id, args.urn)) return;
    const context = readParameters(control.id, control.parameters, args.getConfig());
    const resource = { type, urn: args.urn, name: args.name, props: args.props, provider: args.provider };
    const findings = applicable.flatMap((check) => check.evaluate(resource, context));
    reportViolations(findings, args.urn, report);
    rejectUndecided(findings);
  };
  return onlyFor([...checks.keys()], validate);
}

function judgeStack(control: Control, register: Register): StackValidation {
  const validate: StackValidation = (args, report) => {
    const stack = viewStack(args.resources);
    const context = readParameters(control.id, control.parameters, args.getConfig());
    const all: Finding[] = [];
    for (const check of stackChecksOf(control)) {
      for (const resource of stack.ofType(...check.types)) {
        if (findExemption(register.exemptions, control.id, resource.urn)) continue;
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
