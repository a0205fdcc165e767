/** Judges what a program registers by the clouds' API models. */
import * as pulumi from "@pulumi/pulumi";
import type { Registration } from "../components/record.ts";
import { awsModel } from "./aws-resources.ts";
import { azureModel } from "./azure-resources.ts";
import { gcpModel } from "./gcp-resources.ts";
import { type PropertyRules, propertyRules } from "./property-rules.ts";
import type { DocumentedRule, ResourceModel } from "./resource-model.ts";
import { isPolicyDocument, policyText, translate } from "./translate.ts";
import { isObject, join, UNKNOWN, validate } from "./validate.ts";

/** Types that no API creates. */
const NO_API: { prefix: string; reason: string }[] = [
  { prefix: "pulumi:", reason: "providers and the stack itself" },
  { prefix: "secure-ml-workspace:", reason: "components" },
];

/** The model of a resource type, or undefined when there is none. */
export function modelOf(token: string): ResourceModel | undefined {
  if (token.startsWith("aws:")) return awsModel(token);
  if (token.startsWith("gcp:")) return gcpModel(token);
  return token.startsWith("azure-native:") ? azureModel(token) : undefined;
}

/** What the cloud would not take, one sentence for each problem. */
export function judge(registrations: Registration[]): string[] {
  return registrations.flatMap((registration) => {
    const { type, name, inputs } = registration;
    if (NO_API.some(({ prefix }) => type.startsWith(prefix))) return [];
    const model = modelOf(type);
    if (!model) return [`${type} has no model: add it to tests/api-models`];
    const known = plain(inputs) as Record<string, unknown>;
    const problems = [...judgeInputs(known, model), ...judgeProperties(known, propertyRules(type))];
    return problems.map((problem) => `${type} ${name}: ${problem}`);
  });
}

/** Judges the inputs of one resource by its own model. */
export function judgeInputs(inputs: Record<string, unknown>, model: ResourceModel): string[] {
  const schema = model.schema();
  return [
    ...validate(translate(inputs, schema, model), schema),
    ...Object.entries(model.documented ?? {}).flatMap(([path, rule]) =>
      valuesAt(inputs, path.split("."), "").flatMap(([where, value]) => ruleProblems(value, rule, where)),
    ),
  ];
}

/** Judges every property, however deep, by the rules for its name. Tags go by the rule for tags. */
function judgeProperties(value: unknown, rules: PropertyRules, path = "", rule?: DocumentedRule): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((entry, index) => judgeProperties(entry, rules, `${path}[${index}]`, rule));
  }
  if (!isObject(value)) return rule ? ruleProblems(value, rule, path) : [];
  const forAll = rule !== undefined && rule === rules.tags ? rule : undefined;
  return Object.entries(value).flatMap(([name, entry]) =>
    judgeProperties(entry, rules, join(path, name), forAll ?? rules[name]),
  );
}

function ruleProblems(value: unknown, { pattern, max, range, source }: DocumentedRule, path: string): string[] {
  if (typeof value !== "string" && typeof value !== "number" && !isPolicyDocument(value)) return [];
  const text = isPolicyDocument(value) ? policyText(value) : String(value);
  const problems: string[] = [];
  if (pattern && !pattern.test(text)) problems.push(`${path}: ${JSON.stringify(value)} breaks ${pattern} (${source})`);
  if (max !== undefined && text.length > max)
    problems.push(`${path} has ${text.length} characters, more than ${max} (${source})`);
  if (range && !(Number(text) >= range[0] && Number(text) <= range[1])) {
    problems.push(`${path}: ${text} is not between ${range[0]} and ${range[1]} (${source})`);
  }
  return problems;
}

/** Every value at a path, with its full path. Lists are walked through. */
function valuesAt(value: unknown, path: string[], where: string): [string, unknown][] {
  if (Array.isArray(value)) return value.flatMap((entry, index) => valuesAt(entry, path, `${where}[${index}]`));
  const [member, ...rest] = path;
  if (member === undefined) return [[where, value]];
  return isObject(value) ? valuesAt(value[member], rest, join(where, member)) : [];
}

/** A registered value with its unknown parts marked and its secrets opened. */
function plain(value: unknown): unknown {
  if (isNoValue(value)) return UNKNOWN;
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  if (pulumi.runtime.isRpcSecret(value)) return plain(pulumi.runtime.unwrapRpcSecret(value));
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, plain(entry)]));
}

/** Unknown values, and what stands for something else: assets and references to resources. */
function isNoValue(value: unknown): boolean {
  return (
    pulumi.isUnknown(value) ||
    pulumi.Output.isInstance(value) ||
    pulumi.Resource.isInstance(value) ||
    pulumi.asset.Asset.isInstance(value)
  );
}
