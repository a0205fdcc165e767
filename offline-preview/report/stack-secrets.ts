// The secrets of one stack, kept out of its log and its result: those of its configuration, what its program marks, and
// credentials that it holds as plain text.

import type { Properties, ResourceRecord, StackRun, Value } from "../protocol/messages.ts";
import { isMap, isUnknown, RESOURCE, SECRET, SIGNATURE, signatureOf } from "../protocol/properties.ts";
import { nameOf } from "../protocol/urn.ts";
import { credentialsIn } from "./credentials.ts";
import { MASK, Mask, SHORTEST_SECRET } from "./mask.ts";
import type { StackResult } from "./result.ts";

/** Collects texts that are secret, and hides them wherever else they stand. */
export class StackSecrets {
  private readonly result: StackResult;
  private readonly texts = new Set<string>();
  private readonly mask = new Mask();
  /** How many of the result's resources were looked at. */
  private seen = 0;

  /** `result` may grow: its resources are looked at when a text is masked. */
  constructor(result: StackResult) {
    this.result = result;
  }

  /** Takes the secret values of the stack's configuration, as far as they are known; parts of a JSON value too. */
  addConfiguration({ config, secretKeys }: Pick<StackRun, "config" | "secretKeys">): void {
    for (const key of secretKeys) {
      const text = config[key] as string;
      this.addAll(text);
      if (/^\s*[[{]/.test(text)) this.addAll(parsed(text));
    }
  }

  /** Takes what a program marked secret in resources that are not in the result, as those of a second pass. */
  addResources(resources: ResourceRecord[]): void {
    for (const { inputs, outputs } of resources) {
      this.collect(inputs);
      if (outputs !== inputs) this.collect(outputs);
    }
  }

  /** Hides the secrets that are known by now: a program may print a text before it marks it secret. */
  maskText(text: string): string {
    const { resources } = this.result;
    if (this.seen < resources.length) {
      this.addResources(resources.slice(this.seen));
      this.seen = resources.length;
    }
    return this.mask.apply(text);
  }

  /** Hides every secret in what the program and its packs wrote and named. To be called once, at the end. */
  maskResult(): void {
    const { result } = this;
    // Again: a component's outputs come after it.
    this.addResources(result.resources);
    this.collect(result.outputs);
    if (this.texts.size === 0) return;
    if (result.error !== undefined) result.error = this.mask.apply(result.error);
    const { diagnostics, notEvaluated, exempted, assumed } = result;
    for (const one of [...diagnostics, ...exempted, ...(assumed?.diagnostics ?? [])]) {
      one.urn = this.maskedUrn(one.urn);
      one.message = this.mask.apply(one.message);
    }
    for (const one of [...notEvaluated, ...(assumed?.notEvaluated ?? [])]) {
      one.urn = this.maskedUrn(one.urn);
      one.reason = this.mask.apply(one.reason);
    }
    result.resources = result.resources.map((resource) => this.maskedResource(resource));
    result.outputs = this.maskedValues(result.outputs) as Properties;
  }

  private maskedResource(resource: ResourceRecord): ResourceRecord {
    const urns = (list: string[]) => list.map((urn) => this.maskedUrn(urn));
    const { urn, name, parent, provider, inputs, dependencies, propertyDependencies } = resource;
    const byProperty = Object.entries(propertyDependencies).map(([property, list]) => [property, urns(list)]);
    return {
      ...resource,
      urn: this.maskedUrn(urn),
      name: this.mask.apply(name),
      parent: this.maskedUrn(parent),
      provider: this.maskedUrn(provider),
      inputs: this.maskedValues(inputs) as Properties,
      dependencies: urns(dependencies),
      propertyDependencies: Object.fromEntries(byProperty),
    };
  }

  /** Only the name in a URN is the program's text. */
  private maskedUrn(urn: string): string {
    const name = nameOf(urn);
    return name === "" ? urn : urn.slice(0, -name.length) + this.mask.apply(name);
  }

  private maskedValues(value: Value): Value {
    if (typeof value === "string") return isUnknown(value) ? value : this.mask.apply(value);
    if (typeof value === "number") return this.texts.has(String(value)) ? MASK : value;
    if (Array.isArray(value)) return value.map((item) => this.maskedValues(item));
    // What is marked secret is shown to nobody.
    if (!isMap(value) || signatureOf(value) === SECRET) return value;
    const entries = Object.entries(value);
    return Object.fromEntries(entries.map(([key, item]) => [key, key === SIGNATURE ? item : this.maskedValues(item)]));
  }

  private add(text: string): void {
    if (text.length < SHORTEST_SECRET || isUnknown(text) || this.texts.has(text)) return;
    this.texts.add(text);
    this.mask.add(text);
  }

  /** Looks for marked values, and for credentials that nobody marked. */
  private collect(value: Value, name = ""): void {
    if (typeof value === "string") {
      if (!isUnknown(value)) for (const credential of credentialsIn(name, value)) this.add(credential);
      return;
    }
    if (typeof value !== "object" || value === null) return;
    if (signatureOf(value) === SECRET) this.addAll((value as Properties).value as Value);
    else for (const [key, item] of Object.entries(value)) this.collect(item, nameOfItem(value, key, name));
  }

  /** Takes every text and number inside a marked value; of an asset what it holds, not where it is. */
  private addAll(value: Value): void {
    if (typeof value === "string" || typeof value === "number") {
      this.add(String(value));
    } else if (Array.isArray(value)) {
      for (const item of value) this.addAll(item);
    } else if (isMap(value)) {
      const signature = signatureOf(value);
      if (signature === RESOURCE) return;
      const content = signature === undefined ? Object.values(value) : [value.value, value.text, value.assets];
      for (const item of content) if (item !== undefined) this.addAll(item);
    }
  }
}

/** Lists of variables hold the name beside the value. */
function nameOfItem(holder: Value[] | Properties, key: string, name: string): string {
  if (Array.isArray(holder)) return name;
  if (key !== "value") return key;
  return [holder.name, holder.key].find((one) => typeof one === "string") ?? name;
}

function parsed(text: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return null;
  }
}
