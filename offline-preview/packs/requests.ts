// The requests that the engine sends to a policy pack (pkg/resource/plugin/analyzer_plugin.go), as plain JSON: fields and
// names are those of proto/pulumi/analyzer.proto in its JSON form.

import type { PolicyOptions, Properties, ResourceRecord, StackRun } from "../protocol/messages.ts";
import { mapForPolicies } from "../protocol/properties.ts";
import { LEVELS } from "./levels.ts";
import type { PackConfig } from "./pack-config.ts";

/** The stack that is judged, as the pack is told. */
export type AnalyzedStack = Pick<StackRun, "stack" | "project" | "organization" | "config" | "secretKeys"> & {
  tags: Record<string, string>;
};

/** AnalyzerHandshakeRequest. */
export interface HandshakeRequest {
  rootDirectory: string;
  programDirectory: string;
}

/** AnalyzerStackConfigureRequest. */
export interface ConfigureStackRequest {
  stack: string;
  project: string;
  organization: string;
  dryRun: boolean;
  config: Record<string, string>;
  configSecretKeys: string[];
  tags: Record<string, string>;
}

/** ConfigureAnalyzerRequest; the level is a number, as the protocol has it. */
export interface ConfigureRequest {
  policyConfig: Record<string, { enforcementLevel: number; properties: Properties }>;
}

/** AnalyzerResourceOptions. */
export interface ResourceOptions {
  protect: boolean;
  ignoreChanges: string[];
  deleteBeforeReplace: boolean;
  deleteBeforeReplaceDefined: boolean;
  additionalSecretOutputs: string[];
  /** Seconds; 0 means not set. */
  customTimeouts: { create: number; update: number; delete: number; read: number };
  parent: string;
}

/** AnalyzeRequest; also the request of Remediate. */
export interface AnalyzeRequest {
  urn: string;
  type: string;
  name: string;
  properties: Properties;
  options: ResourceOptions;
  provider?: { urn: string; type: string; name: string; properties: Properties };
}

/** AnalyzerResource: one resource of AnalyzeStackRequest. */
export interface StackResource extends AnalyzeRequest {
  parent: string;
  dependencies: string[];
  propertyDependencies: Record<string, { urns: string[] }>;
}

/** AnalyzeStackRequest. */
export interface AnalyzeStackRequest {
  resources: StackResource[];
}

/** The calls of the protocol that a preview makes, by method name, with their requests. */
export interface Requests {
  handshake: HandshakeRequest;
  configureStack: ConfigureStackRequest;
  getPluginInfo: object;
  getAnalyzerInfo: object;
  configure: ConfigureRequest;
  remediate: AnalyzeRequest;
  analyze: AnalyzeRequest;
  analyzeStack: AnalyzeStackRequest;
  cancel: object;
}

/** The request that tells a pack which stack it judges. */
export function configureStackRequest(stack: AnalyzedStack): ConfigureStackRequest {
  return {
    stack: stack.stack,
    project: stack.project,
    organization: stack.organization,
    dryRun: true,
    config: stack.config,
    configSecretKeys: stack.secretKeys,
    tags: stack.tags,
  };
}

/** The request that gives a pack its levels and parameters; an error for a policy without a level. */
export function configureRequest(config: PackConfig): ConfigureRequest {
  const policyConfig: ConfigureRequest["policyConfig"] = {};
  for (const [name, { enforcementLevel, properties }] of Object.entries(config)) {
    // A misspelt policy name without a level: the engine refuses it as an invalid level too.
    if (enforcementLevel === undefined) {
      throw new Error(`configuration of '${name}': the pack has no such policy and no enforcementLevel is given`);
    }
    policyConfig[name] = { enforcementLevel: LEVELS.indexOf(enforcementLevel), properties };
  }
  return { policyConfig };
}

/** The request to judge one resource by its inputs. Only remediations see the engine's internal "__" keys. */
export function analyzeRequest(
  resource: ResourceRecord,
  provider: ResourceRecord | undefined,
  keepInternal = false,
): AnalyzeRequest {
  return describe(resource, provider, mapForPolicies(resource.inputs, keepInternal));
}

/** The request to judge the whole stack by its resources' outputs. */
export function analyzeStackRequest(resources: ResourceRecord[]): AnalyzeStackRequest {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  return { resources: resources.map((resource) => stackResource(resource, byUrn.get(resource.provider))) };
}

function stackResource(resource: ResourceRecord, provider: ResourceRecord | undefined): StackResource {
  const propertyDependencies: StackResource["propertyDependencies"] = {};
  for (const [key, urns] of Object.entries(resource.propertyDependencies)) propertyDependencies[key] = { urns };
  return {
    ...describe(resource, provider, mapForPolicies(resource.outputs)),
    parent: resource.parent,
    dependencies: resource.dependencies,
    propertyDependencies,
  };
}

function describe(
  { urn, type, name, options, parent }: ResourceRecord,
  provider: ResourceRecord | undefined,
  properties: Properties,
): AnalyzeRequest {
  const request: AnalyzeRequest = { urn, type, name, properties, options: optionsOf(options, parent) };
  if (provider === undefined) return request;
  const { urn: providerUrn, type: providerType, name: providerName, inputs } = provider;
  request.provider = {
    urn: providerUrn,
    type: providerType,
    name: providerName,
    properties: mapForPolicies(inputs),
  };
  return request;
}

function optionsOf(options: PolicyOptions, parent: string): ResourceOptions {
  return {
    protect: options.protect,
    ignoreChanges: options.ignoreChanges,
    deleteBeforeReplace: options.deleteBeforeReplace ?? false,
    deleteBeforeReplaceDefined: options.deleteBeforeReplace !== undefined,
    additionalSecretOutputs: options.additionalSecretOutputs,
    customTimeouts: options.customTimeouts,
    parent,
  };
}
