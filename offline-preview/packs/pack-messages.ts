// The messages between the supervisor and the process of a policy pack. Everything here is plain JSON.

import type { Properties } from "../protocol/messages.ts";
import type { PolicyInfo, Severity } from "../report/result.ts";
import type { Level } from "./levels.ts";
import type { PackConfig } from "./pack-config.ts";
import type { Requests } from "./requests.ts";

/** A policy pack as it describes itself. */
export interface PackDescription {
  name: string;
  version: string;
  supportsConfig: boolean;
  policies: DescribedPolicy[];
  initialConfig: PackConfig;
}

/** A policy, with the JSON Schema of its configuration if it takes any. */
export interface DescribedPolicy extends PolicyInfo {
  configSchema?: { properties: Record<string, Properties>; required: string[] };
}

/** One finding as the pack sends it. */
export interface RawDiagnostic {
  policy: string;
  message: string;
  level: Level;
  severity: Severity;
  urn: string;
}

/** One remediation as the pack sends it: new inputs, or the reason why there are none. */
export interface RawRemediation {
  policy: string;
  inputs: Properties;
  diagnostic: string;
}

/** What comes back from a call, by method name; undefined where the pack does not know the method. */
export interface Responses {
  handshake: undefined;
  configureStack: undefined;
  getPluginInfo: { version: string } | undefined;
  getAnalyzerInfo: PackDescription | undefined;
  configure: undefined;
  remediate: RawRemediation[] | undefined;
  analyze: RawDiagnostic[] | undefined;
  analyzeStack: RawDiagnostic[] | undefined;
  cancel: undefined;
}

/** Name of a call. */
export type Method = keyof Requests;

/** One call. */
export interface Call {
  id: number;
  method: Method;
  request: Requests[Method];
}

/** One answer: a response, or an error. */
export interface Answer {
  id: number;
  response?: Responses[Method];
  error?: string;
}

/** Supervisor -> pack. The port is the one that the pack printed; calls are answered one after another, in order. */
export type ToPack = { type: "connect"; port: number } | { type: "calls"; calls: Call[] };

/** Pack -> supervisor. */
export type FromPack = Answer[];
