// What a provider would do in a preview, done without one: check inputs, make names up, and plan what a new resource has.

import type { AssumedResource } from "../assumed/resource.ts";
import { assumedId, assumedOutputs } from "../assumed/values.ts";
import type { LogLine, Properties, ResourceRecord } from "../protocol/messages.ts";
import { containsUnknown, UNKNOWN } from "../protocol/properties.ts";
import { checkInputs } from "../sdk/check-inputs.ts";
import { withDefaults } from "../sdk/package-schema.ts";
import { plannedOutputs } from "../sdk/planned-outputs.ts";
import type { ResourceShape, TypeKnowledge } from "../sdk/shapes.ts";
import { isProviderType } from "./providers.ts";

/** Who is told of inputs that a provider would refuse or doubt. */
export interface PlannerReport {
  log(line: LogLine): void;
  error(message: string): void;
}

/** The plans of one stack. `provider` stands for the inputs of a resource's provider everywhere. */
export class Planner {
  private readonly knowledge: TypeKnowledge;
  private readonly report: PlannerReport;
  /** Give everything that only the cloud sets a well-formed fake value. */
  private readonly assumes: boolean;

  constructor(knowledge: TypeKnowledge, report: PlannerReport, assumes: boolean) {
    this.knowledge = knowledge;
    this.report = report;
    this.assumes = assumes;
  }

  /** The inputs with defaults and made-up names put in; what is wrong with them is reported. */
  check(resource: Pick<ResourceRecord, "type" | "name" | "urn">, inputs: Properties, provider: Properties): Properties {
    const shape = this.knowledge.resource(resource.type);
    // The engine asks no provider whose own configuration is not known yet.
    if (shape === undefined || containsUnknown(provider)) return inputs;
    const checked = withDefaults(shape, inputs);
    for (const { message, severity } of checkInputs(shape, checked)) {
      const { urn, name, type } = resource;
      if (severity === "error") this.report.error(`${urn}: ${message}`);
      else this.report.log({ severity, message: `${name} [${type}]: ${message}`, urn });
    }
    return this.assumes ? checked : { ...madeUpNames(shape, checked), ...checked };
  }

  /** The id of a new resource: "" where only the cloud can say. */
  id(record: ResourceRecord, provider: Properties): string {
    return this.assumes ? assumedId(this.assumed(record, provider)) : "";
  }

  /** What a new resource has: its inputs, and what the cloud adds as far as it can be said. */
  outputs(record: ResourceRecord, provider: Properties): Properties {
    if (isProviderType(record.type)) return record.inputs;
    // As above: nothing is planned then.
    if (containsUnknown(provider)) return {};
    const shape = this.knowledge.resource(record.type);
    const planned = shape === undefined ? record.inputs : plannedOutputs(shape, record.inputs);
    return this.assumes ? { ...planned, ...assumedOutputs(this.assumed(record, provider)) } : planned;
  }

  private assumed({ type, name, urn, inputs }: ResourceRecord, provider: Properties): AssumedResource {
    const shape = this.knowledge.resource(type);
    return { type, name, urn, inputs, provider, outputs: shape?.outputs, inputShapes: shape?.inputs };
  }
}

function madeUpNames(shape: ResourceShape, inputs: Properties): Properties {
  const names = Object.keys(shape.inputs).filter((name) => shape.inputs[name]?.autonamed && !(name in inputs));
  return Object.fromEntries(names.map((name) => [name, UNKNOWN]));
}
