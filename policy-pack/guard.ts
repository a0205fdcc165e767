/**
 * The guard: one line in a program, and every resource that it registers is judged by the pack's controls, in an update
 * and in each preview that no pack judges. A forgotten `--policy-pack` then does not open the gate.
 */
import { getProject, getStack, log, type ResourceTransformArgs, RunError, runtime } from "@pulumi/pulumi";
import type { PackConfig } from "./configuration.ts";
import { type Inputs, readInputs } from "./guard/inputs.ts";
import type { Judge, Registration, Report } from "./guard/judge.ts";
import { type Deployment, packJudges } from "./marker.ts";

/**
 * Judges every resource that the program registers from here on. In a preview, violations of mandatory controls are
 * logged as errors, which fails it; in an update the resource is refused.
 *
 * `config` is what the pack is given as `--policy-pack-config`: levels, parameters and exemptions by policy name.
 */
export function guard(config: Record<string, unknown> = {}): void {
  const deployment = { project: getProject(), stack: getStack() };
  if (runtime.isDryRun() && packJudges(deployment)) return;
  const guarded = new GuardedProgram(deployment, loadJudge(config as PackConfig));
  runtime.registerResourceTransform(async (args) => {
    await guarded.register(args);
    return undefined;
  });
}

// The controls are not loaded where the pack judges.
async function loadJudge(config: PackConfig): Promise<Judge> {
  const [{ Judge }, { controls }] = await Promise.all([import("./guard/judge.ts"), import("./controls/index.ts")]);
  return new Judge(controls, config);
}

/** Texts shorter than this are words that a message may hold anyway. */
const SHORTEST_SECRET = 4;

/** What one program registers. */
class GuardedProgram {
  private readonly deployment: Deployment;
  private readonly loading: Promise<Judge>;
  private readonly isPreview = runtime.isDryRun();
  private readonly providers = new Map<string, { type: string; props: object }>();
  /** What the engine registers by itself and no transform sees: the stack and default providers, by URN. */
  private readonly implied = new Map<string, Promise<void>>();

  constructor(deployment: Deployment, loading: Promise<Judge>) {
    this.deployment = deployment;
    this.loading = loading;
    // Whoever registers the first resource is told.
    loading.catch(() => {});
  }

  /** Judges a resource on its way to the engine. */
  async register({ type, name, props, opts, custom }: ResourceTransformArgs): Promise<void> {
    const links = await readInputs({ parent: opts.parent?.urn, provider: opts.provider?.urn });
    const { parent, provider } = links.props as { parent?: string; provider?: string };
    const inputs = await readInputs(props);
    const urn = this.urnOf(type, name, parent);
    if (type.startsWith("pulumi:providers:")) this.providers.set(urn, { type, props: inputs.props });
    await this.registerStack();
    const used =
      custom && !type.startsWith("pulumi:") ? await this.providerOf(type, opts.version, provider) : undefined;
    await this.enforce({ type, name, urn, props: inputs.props, provider: used }, inputs);
  }

  private urnOf(type: string, name: string, parent = ""): string {
    const { project, stack } = this.deployment;
    const within = parent.split("::")[2] ?? STACK;
    const qualified = within === STACK ? type : `${within}$${type}`;
    return `urn:pulumi:${stack}::${project}::${qualified}::${name}`;
  }

  private registerStack(): Promise<void> {
    const { project, stack } = this.deployment;
    const name = `${project}-${stack}`;
    return this.registerImplied({ type: STACK, name, urn: this.urnOf(STACK, name), props: {} });
  }

  private registerImplied(resource: Registration): Promise<void> {
    const known = this.implied.get(resource.urn);
    if (known !== undefined) return known;
    const judging = this.enforce(resource, { props: {}, secrets: [] });
    this.implied.set(resource.urn, judging);
    return judging;
  }

  /** The provider that creates a resource: one of the program's, or else the default one, which configuration describes. */
  private async providerOf(type: string, version: string | undefined, urn: string | undefined) {
    if (urn !== undefined) return this.providers.get(urn);
    const [pkg = ""] = type.split(":");
    const provider = { type: `pulumi:providers:${pkg}`, props: configOf(pkg) };
    const name = ["default", ...(version?.split(/[.+-]/) ?? [])].join("_");
    await this.registerImplied({ ...provider, name, urn: this.urnOf(provider.type, name) });
    return provider;
  }

  private async enforce(resource: Registration, { secrets }: Inputs): Promise<void> {
    const reports = await this.judge(resource);
    const texts = reports.map((report) => ({ level: report.level, text: describe(report, resource, secrets) }));
    const of = (level: Report["level"]) => texts.filter((report) => report.level === level).map(({ text }) => text);
    // In a preview the update will decide.
    for (const text of of("undecided")) await (this.isPreview ? log.debug(text) : log.warn(text));
    for (const text of of("advisory")) await log.warn(text);
    const violations = of("mandatory");
    if (violations.length > 0 && !this.isPreview) throw new Error(violations.join("\n"));
    for (const text of violations) failLater(text);
  }

  /** What cannot be judged is not let through. */
  private async judge(resource: Registration): Promise<Report[]> {
    const judge = await this.loading.catch(asError);
    // Said once, of the stack, which comes before everything else.
    if (judge instanceof Error) return resource.type === STACK ? [failure(judge)] : [];
    return judge.judge(resource).catch((error) => [failure(asError(error))]);
  }
}

const STACK = "pulumi:pulumi:Stack";

/** Lets the program go on and fail at its end, so that a preview shows all there is to say. */
function failLater(message: string): void {
  // Every host logs a rejection that nobody handles. (An error that is only logged fails no preview of the engine's.)
  void Promise.reject(Object.assign(new RunError(message), { stack: undefined }));
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

function failure({ message }: Error): Report {
  return { policy: "guard", level: "mandatory", message };
}

/** The configuration of a package, which its default provider is made from. */
function configOf(pkg: string): Record<string, string> {
  const entries = Object.entries(runtime.allConfig()).filter(([key]) => key.startsWith(`${pkg}:`));
  return Object.fromEntries(entries.map(([key, value]) => [key.slice(pkg.length + 1), value]));
}

function describe({ policy, level, message }: Report, { type, name }: Registration, secrets: string[]): string {
  const hidden = secrets.filter((secret) => secret.length >= SHORTEST_SECRET);
  const safe = hidden.reduce((text, secret) => text.replaceAll(secret, "[secret]"), message);
  return `[${level}] ${policy} (${type}: ${name})\n${safe}`;
}
