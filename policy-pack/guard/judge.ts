/** The pack's own policies on single resources, without the policy server. */
import type { ReportViolation, ResourceValidationArgs, ResourceValidationPolicy } from "@pulumi/policy";
import { type PackConfig, type SettledPolicy, settleConfig } from "../configuration.ts";
import { type Control, canonicalType, checksOf } from "../control.ts";
import { buildPolicies } from "../policies.ts";
import { UnknownValue } from "./inputs.ts";

/** A resource to judge. */
export interface Registration {
  type: string;
  name: string;
  urn: string;
  props: object;
  provider?: { type: string; props: object };
}

/** One thing that a policy has to say. */
export interface Report {
  policy: string;
  /** `undecided`: the policy met a value that is not known yet. */
  level: "advisory" | "mandatory" | "undecided";
  /** As the policy server words it. */
  message: string;
}

/** Judges resources as the policy server would, with one configuration. */
export class Judge {
  private readonly settled: Map<string, SettledPolicy>;
  /** Policies about every resource, such as the one that reads the exemptions: they come first. */
  private readonly general: ResourceValidationPolicy[];
  private readonly byType = new Map<string, ResourceValidationPolicy[]>();

  /** Throws for a configuration that means nothing. */
  constructor(controls: Control[], config: PackConfig) {
    const policies = buildPolicies(controls) as ResourceValidationPolicy[];
    this.settled = settleConfig(
      policies.map(({ name, enforcementLevel, configSchema }) => ({
        name,
        level: enforcementLevel ?? "advisory",
        parameters: configSchema?.properties ?? {},
      })),
      config,
    );
    const judging = policies.filter(({ validateResource }) => validateResource !== undefined);
    const byId = new Map(controls.map((control) => [control.id, control]));
    this.general = judging.filter(({ name }) => !byId.has(name));
    for (const policy of judging) this.index(policy, byId.get(policy.name));
  }

  private index(policy: ResourceValidationPolicy, control: Control | undefined): void {
    const types = new Set(control === undefined ? [] : checksOf(control).flatMap((check) => check.types));
    for (const type of types) this.byType.set(type, [...(this.byType.get(type) ?? []), policy]);
  }

  /** What all policies say about a resource. Throws when one of them fails. */
  async judge(resource: Registration): Promise<Report[]> {
    const reports: Report[] = [];
    const ofType = this.byType.get(canonicalType(resource.type)) ?? [];
    for (const policy of [...this.general, ...ofType]) reports.push(...(await this.run(policy, resource)));
    return reports;
  }

  private async run(policy: ResourceValidationPolicy, resource: Registration): Promise<Report[]> {
    const { name, description, validateResource } = policy;
    const { level, parameters } = this.settled.get(name) as SettledPolicy;
    if (level === "disabled") return [];
    const reports: Report[] = [];
    const report = (message: string) =>
      void reports.push({
        policy: name,
        // The guard changes nothing: what a pack would remediate, the program has to set right.
        level: level === "advisory" ? "advisory" : "mandatory",
        message: `${description}\n${message}`,
      });
    const args = { ...resource, opts: {}, stackTags: new Map(), getConfig: () => parameters };
    try {
      for (const validate of [validateResource ?? []].flat()) {
        await validate(args as unknown as ResourceValidationArgs, report as ReportViolation);
      }
    } catch (error) {
      if (!(error instanceof UnknownValue)) throw new Error(`policy ${name} on ${resource.urn} failed: ${error}`);
      reports.push({ policy: name, level: "undecided", message: `can't run policy '${name}': ${error.message}` });
    }
    return reports;
  }
}
