/** A program under guard: what it registers, and what the engine registers for it. */
import { log, type ResourceTransformArgs, RunError, runtime } from "@pulumi/pulumi";
import type { Deployment } from "../marker.ts";
import { type Inputs, readInputs } from "./inputs.ts";
import type { Judge, Registration, Report } from "./judge.ts";
import { describe } from "./report.ts";

const STACK = "pulumi:pulumi:Stack";

/** One run of a program. */
export class GuardedProgram {
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

  /** Judges a resource on its way to the engine. In an update, throws for one that must not be created. */
  async register({ type, name, props, opts, custom }: ResourceTransformArgs): Promise<void> {
    const links = await readInputs({ parent: opts.parent?.urn, provider: opts.provider?.urn });
    const { parent, provider } = links.props as { parent?: string; provider?: string };
    const inputs = await readInputs(props);
    const urn = this.urnOf(type, name, parent);
    if (type.startsWith("pulumi:providers:")) this.providers.set(urn, { type, props: inputs.props });
    await this.registerStack();
    const hasProvider = custom && !type.startsWith("pulumi:");
    const used = hasProvider ? await this.providerOf(type, opts.version, provider) : undefined;
    await this.enforce({ type, name, urn, props: inputs.props, provider: used }, inputs.secrets);
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
    const judging = this.enforce(resource, []);
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

  private async enforce(resource: Registration, secrets: Inputs["secrets"]): Promise<void> {
    const reports = await this.judge(resource);
    const of = (level: Report["level"]) =>
      reports.filter((report) => report.level === level).map((report) => describe(report, resource, secrets));
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
