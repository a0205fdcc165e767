/** Requests to a policy pack, as the engine makes them. */
import type * as analyzerproto from "@pulumi/pulumi/proto/analyzer_pb.js";
import type * as structproto from "google-protobuf/google/protobuf/struct_pb.js";
import { LEVELS, type SettledPolicy } from "../configuration.ts";
import { type TestOptions, type TestResource, urnOf } from "./resources.ts";

/** The message classes of the SDK that the pack itself uses. */
export interface Protos {
  analyzer: typeof analyzerproto;
  struct: typeof structproto;
}

/** The stack that the pack is told it judges. */
export interface TestStack {
  /** Default: `test`. */
  stack?: string;
  /** Default: `policies`. */
  project?: string;
  /** Default: `organization`. */
  organization?: string;
  /** Tags of the stack. */
  tags?: Record<string, string>;
  /** Configuration of the stack, such as `aws:region`. */
  config?: Record<string, string>;
}

/** Makes the requests to one pack. */
export class Requests {
  private readonly protos: Protos;

  constructor(protos: Protos) {
    this.protos = protos;
  }

  configureStack({ stack, project, organization, tags = {}, config = {} }: Required<TestStack>) {
    const request = new this.protos.analyzer.AnalyzerStackConfigureRequest();
    request.setStack(stack);
    request.setProject(project);
    request.setOrganization(organization);
    request.setDryRun(true);
    for (const [name, value] of Object.entries(tags)) request.getTagsMap().set(name, value);
    for (const [name, value] of Object.entries(config)) request.getConfigMap().set(name, value);
    return request;
  }

  configure(settled: Map<string, SettledPolicy>) {
    const request = new this.protos.analyzer.ConfigureAnalyzerRequest();
    for (const [name, { level, parameters }] of settled) {
      const entry = new this.protos.analyzer.PolicyConfig();
      entry.setEnforcementlevel(LEVELS.indexOf(level) as analyzerproto.EnforcementLevel);
      entry.setProperties(this.struct(parameters));
      request.getPolicyconfigMap().set(name, entry);
    }
    return request;
  }

  /** To judge or to remediate one resource. */
  analyze(resource: TestResource) {
    return this.fill(new this.protos.analyzer.AnalyzeRequest(), resource);
  }

  analyzeStack(resources: TestResource[]) {
    const request = new this.protos.analyzer.AnalyzeStackRequest();
    for (const resource of [...resources, ...providersOf(resources)]) request.addResources(this.ofStack(resource));
    return request;
  }

  private ofStack(resource: TestResource): analyzerproto.AnalyzerResource {
    const request = this.fill(new this.protos.analyzer.AnalyzerResource(), resource);
    if (resource.parent !== undefined) request.setParent(resource.parent);
    request.setDependenciesList(resource.dependencies ?? []);
    for (const [property, urns] of Object.entries(resource.propertyDependencies ?? {})) {
      const dependencies = new this.protos.analyzer.AnalyzerPropertyDependencies();
      dependencies.setUrnsList(urns);
      request.getPropertydependenciesMap().set(property, dependencies);
    }
    return request;
  }

  private fill<R extends Described>(request: R, resource: TestResource): R {
    request.setType(resource.type);
    request.setName(resource.name ?? "it");
    request.setUrn(resource.urn ?? urnOf(resource));
    request.setProperties(this.struct(resource.properties));
    request.setOptions(this.options(resource.options, resource.parent));
    if (resource.provider !== undefined) request.setProvider(this.provider(resource.provider));
    return request;
  }

  private options(given: TestOptions = {}, parent = ""): analyzerproto.AnalyzerResourceOptions {
    const options = new this.protos.analyzer.AnalyzerResourceOptions();
    options.setProtect(given.protect ?? false);
    options.setIgnorechangesList(given.ignoreChanges ?? []);
    options.setDeletebeforereplace(given.deleteBeforeReplace ?? false);
    options.setDeletebeforereplacedefined(given.deleteBeforeReplace !== undefined);
    options.setAdditionalsecretoutputsList(given.additionalSecretOutputs ?? []);
    options.setAliasesList(given.aliases ?? []);
    options.setParent(parent);
    const timeouts = new this.protos.analyzer.AnalyzerResourceOptions.CustomTimeouts();
    timeouts.setCreate(given.customTimeouts?.create ?? 0);
    timeouts.setUpdate(given.customTimeouts?.update ?? 0);
    timeouts.setDelete(given.customTimeouts?.delete ?? 0);
    options.setCustomtimeouts(timeouts);
    return options;
  }

  private provider({
    type,
    properties,
  }: NonNullable<TestResource["provider"]>): analyzerproto.AnalyzerProviderResource {
    const provider = new this.protos.analyzer.AnalyzerProviderResource();
    provider.setType(type);
    provider.setName("provider");
    provider.setUrn(urnOf({ type, name: "provider" }));
    provider.setProperties(this.struct(properties));
    return provider;
  }

  /** Properties that are undefined never reach a policy. */
  private struct(properties: Record<string, unknown> = {}): structproto.Struct {
    return this.protos.struct.Struct.fromJavaScript(JSON.parse(JSON.stringify(properties)));
  }
}

type Described = analyzerproto.AnalyzeRequest | analyzerproto.AnalyzerResource;

/** The engine registers a provider for every package that a stack uses. */
function providersOf(resources: TestResource[]): TestResource[] {
  const packages = new Set(resources.map(({ type }) => type.split(":")[0]).filter((name) => name !== "pulumi"));
  return [...packages].map((name) => ({ type: `pulumi:providers:${name}`, name: "default" }));
}
