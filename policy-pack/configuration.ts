/** The pack's configuration as its users write it, and what it means for each policy, by the engine's rules. */

/** What a violation of a policy does. */
export type Level = "advisory" | "mandatory" | "disabled" | "remediate";

/** All levels, in the order of the protocol: a level's number is its position. */
export const LEVELS: readonly Level[] = ["advisory", "mandatory", "disabled", "remediate"];

/** What is set for one policy: its level, its parameters, or both. */
export type PolicyConfig = Level | ({ enforcementLevel?: Level } & Record<string, unknown>);

/** By policy name, as in the file of `--policy-pack-config`. The name `all` sets the level of every policy. */
export type PackConfig = Record<string, PolicyConfig>;

/** What the configuration of a policy depends on. */
export interface ConfigurablePolicy {
  name: string;
  level: Level;
  /** The parameters that it declares. */
  parameters: Record<string, { default?: unknown }>;
}

/** What holds for one policy. */
export interface SettledPolicy {
  level: Level;
  parameters: Record<string, unknown>;
}

/**
 * What holds for each policy: its own level and defaults, overlaid by what is configured. Throws for what means nothing,
 * such as a misspelt name, which the engine accepts in silence.
 */
export function settleConfig(policies: ConfigurablePolicy[], config: PackConfig): Map<string, SettledPolicy> {
  const problems = problemsOf(policies, config);
  if (problems.length > 0) throw new Error(`policy configuration: ${problems.join("; ")}`);
  const { all } = config;
  const common = all === undefined ? undefined : split(all).level;
  return new Map(
    policies.map(({ name, level, parameters }) => {
      const given = split(config[name] ?? {});
      const defaults = Object.entries(parameters).flatMap(([key, schema]) =>
        "default" in schema ? [[key, schema.default] as const] : [],
      );
      const settled = { ...Object.fromEntries(defaults), ...given.parameters };
      return [name, { level: given.level ?? common ?? level, parameters: settled }];
    }),
  );
}

function split(config: PolicyConfig): { level?: Level; parameters: Record<string, unknown> } {
  if (typeof config === "string") return { level: config, parameters: {} };
  const { enforcementLevel: level, ...parameters } = config;
  return { level, parameters };
}

function problemsOf(policies: ConfigurablePolicy[], config: PackConfig): string[] {
  const declared = new Map(policies.map(({ name, parameters }) => [name, parameters]));
  declared.set("all", {});
  return Object.entries(config).flatMap(([name, given]) => {
    const known = declared.get(name);
    if (known === undefined) return [`there is no policy ${name}`];
    if (typeof given !== "string" && !isObject(given)) return [`${name} must be a level or an object`];
    const { level, parameters } = split(given);
    const unknown = Object.keys(parameters).filter((key) => !Object.hasOwn(known, key));
    return [
      ...(level === undefined || LEVELS.includes(level) ? [] : [`${name}: the level must be ${LEVELS.join(", ")}`]),
      ...unknown.map((key) => `${name} has no parameter ${key}`),
    ];
  });
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
