/** The policies that hold the pack's settings: which controls are judged, and what is exempted. */
import type { PolicyConfigSchema, ResourceValidation } from "@pulumi/policy";
import { canonicalType, typesOf } from "./control.ts";
import { noteTypes, onlyIf } from "./dispatch.ts";
import { MAX_EXEMPTION_DAYS, matchesUrn } from "./exemptions.ts";
import type { Policy } from "./policies.ts";
import type { Register } from "./register.ts";
import { describeSelection, FRAMEWORKS, SEVERITIES } from "./selection.ts";

/** Every stack has exactly one root resource: what is about no resource is reported there, once. */
const ROOT = "pulumi:pulumi:Stack";

/** Marks policies whose reports are settings in force. */
const EXEMPTION_TAG = "exemption";

/**
 * The settings, in the order in which they have to be read. The server runs policies in the order of the pack for each
 * resource, and hands to each its own configuration only: so these come before all controls.
 */
export function settingsPolicies(register: Register): Policy[] {
  return [selectionPolicy(register), exemptionsPolicy(register), exemptionInForcePolicy(register)];
}

function selectionPolicy(register: Register): Policy {
  const load = (types: string[], config: Record<string, unknown>): string[] => {
    noteTypes(types);
    return register.loadSelection(config);
  };
  return {
    name: "selection",
    description: "The selection of controls names what exists",
    displayName: "Selection",
    severity: "high",
    enforcementLevel: "mandatory",
    remediationSteps: "Name frameworks, severities and services that exist, or remove the entry.",
    configSchema: SELECTION_SCHEMA,
    validateResource: (args, report) => {
      const problems = load([args.type], args.getConfig());
      if (args.type !== ROOT) return;
      for (const problem of problems) report(problem);
    },
    // A host may judge a stack without having judged its resources in this process.
    validateStack: (args) => {
      const types = args.resources.map((resource) => resource.type);
      load(types, args.getConfig());
    },
  } as Policy;
}

const SELECTION_SCHEMA: PolicyConfigSchema = {
  properties: {
    frameworks: {
      type: "array",
      description: "Judge only controls that have an id in one of these catalogues. Empty: all.",
      default: [],
      items: { type: "string", enum: FRAMEWORKS },
    },
    severities: {
      type: "array",
      description: "Judge only controls of these severities. Empty: all.",
      default: [],
      items: { type: "string", enum: SEVERITIES },
    },
    services: {
      type: "array",
      description: "Judge only resources whose type begins so, such as aws:sagemaker or gcp. Empty: all.",
      default: [],
      items: { type: "string" },
    },
  },
};

function exemptionsPolicy(register: Register): Policy {
  return {
    name: "exemptions",
    description: "Exemptions are complete, dated and allowed",
    displayName: "Exemptions",
    severity: "high",
    enforcementLevel: "mandatory",
    remediationSteps: `Give control, resource, reason, owner and a date at most ${MAX_EXEMPTION_DAYS} days ahead, or remove the entry.`,
    configSchema: EXEMPTIONS_SCHEMA,
    validateResource: (args, report) => {
      const problems = register.loadExemptions(args.getConfig<{ exemptions?: unknown }>().exemptions);
      if (args.type !== ROOT) return;
      for (const problem of problems) report(problem);
    },
    validateStack: (args) => {
      register.loadExemptions(args.getConfig<{ exemptions?: unknown }>().exemptions);
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

/** Says what is not judged: an exempted resource, and, on the stack, what the selection leaves out. */
function exemptionInForcePolicy(register: Register): Policy {
  const byId = new Map(register.controls.map((control) => [control.id, { control, types: new Set(typesOf(control)) }]));
  const validate: ResourceValidation = (args, report) => {
    const type = canonicalType(args.type);
    const left = type === ROOT ? describeSelection(register.selection, register.controls) : undefined;
    if (left !== undefined) report(`selection: ${left}`);
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
    validateResource: onlyIf(
      (types) => types.has(ROOT) || register.exemptions.length > 0,
      "resources with exemptions",
      validate,
    ),
  };
}
