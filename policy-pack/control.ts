/** What a control is: data, and checks that are pure functions of a resource. */
import type { Finding, WhenAbsent } from "./findings.ts";

/** How bad a breach of the control is. High and critical controls are mandatory unless the configuration says otherwise. */
export type Severity = "critical" | "high" | "medium" | "low";

/** The clouds that a control can have checks for. */
export type Cloud = "aws" | "gcp" | "azure";

/** The same requirement in other catalogues, by their ids. */
export interface Frameworks {
  /** NIST SP 800-53 revision 5, such as `AC-4`. */
  nist80053?: string[];
  /** CIS benchmark recommendations with the benchmark's name, such as `AWS 3.0.0 2.1.1`. */
  cis?: string[];
  /** ISO/IEC 27001:2022 annex A, such as `A.8.20`. */
  iso27001?: string[];
  /** SOC 2 trust services criteria, such as `CC6.6`. */
  soc2?: string[];
  /** PCI DSS 4.0.1, such as `1.3.2`. */
  pciDss?: string[];
  /** MITRE ATLAS mitigations or techniques, such as `AML.T0025`. */
  mitreAtlas?: string[];
  /** AWS Security Hub, such as `SageMaker.1`. */
  securityHub?: string[];
  /** Built-in Azure Policy definitions, by the first block of their id. */
  azurePolicy?: string[];
  /** Google Cloud organization policy constraints. */
  googlePolicy?: string[];
  /** Checkov rules. */
  checkov?: string[];
}

/** A setting of a control, which the pack's configuration can change. */
export interface Parameter {
  /** What it means, with its unit. */
  description: string;
  type: "string" | "integer" | "boolean" | "array";
  /** Value when the configuration says nothing. Arrays hold text. */
  default: string | number | boolean | string[];
  /** Smallest number allowed. */
  minimum?: number;
  /** Largest number allowed. */
  maximum?: number;
}

/** The control's parameters as they are in force. */
export interface Context {
  text(parameter: string): string;
  number(parameter: string): number;
  flag(parameter: string): boolean;
  list(parameter: string): string[];
}

/** A resource as a check sees it. Properties are read through `read` and the rules of findings.ts only. */
export interface ResourceView {
  /** Type token, without the API version that azure-native's dated tokens carry. */
  type: string;
  urn: string;
  name: string;
  /** The inputs. In a stack check: the outputs, which hold the inputs too. */
  props: object;
  /** The provider that will create it; absent for components and for providers themselves. */
  provider?: { type: string; props: object };
}

/** A resource among the others of its stack. */
export interface StackResource extends ResourceView {
  parent?: StackResource;
  dependencies: StackResource[];
  /** For each property, the resources whose outputs it was made from. */
  propertyDependencies: Record<string, StackResource[]>;
}

/** All resources of a stack. */
export interface StackView {
  resources: StackResource[];
  /** The resources of these types, given without azure-native's API version. */
  ofType(...types: string[]): StackResource[];
}

/** Judges one resource by itself. */
export interface Check {
  /** Type tokens, without azure-native's API version: dated tokens match as well. */
  types: string[];
  /** Verdict on a resource that leaves out everything the check reads. */
  whenAbsent: WhenAbsent;
  /** What the cloud does then; goes into the reference page. */
  cloudDefault: string;
  /** Set when the resource breaks the control by being there, so that no setting of it can comply. */
  forbidsType?: true;
  /** Must be pure, and must not throw. */
  evaluate(resource: ResourceView, context: Context): Finding[];
}

/** Judges how a resource relates to others of the stack. */
export interface StackCheck {
  /** Types of the resource that is judged, and that a violation is reported on. */
  types: string[];
  /** What must stand in the stack, for the reference page. */
  requires: string;
  /** Set when the check never finds a violation, but only that a value has to be waited for. */
  onlyWaits?: true;
  /** Called for each resource of the types. Must be pure, and must not throw. */
  evaluate(resource: StackResource, stack: StackView, context: Context): Finding[];
}

/** One requirement, with its checks on each cloud where it means something. */
export interface Control {
  /** Policy name: kebab-case and, where the requirement is the same on several clouds, cloud-neutral. */
  id: string;
  /** The requirement as a sentence, without its full stop. */
  title: string;
  severity: Severity;
  /** What goes wrong without it. */
  why: string;
  /** What to write instead. */
  remedy: string;
  frameworks: Frameworks;
  /** The cloud's own page about it. */
  url?: string;
  parameters?: Record<string, Parameter>;
  checks?: Partial<Record<Cloud, Check[]>>;
  stackChecks?: Partial<Record<Cloud, StackCheck[]>>;
}

/** Controls about one subject; each has a file of its own. */
export interface Topic {
  title: string;
  controls: Control[];
}

/** The level at which a control is enforced unless the configuration says otherwise. */
export function defaultLevel(severity: Severity): "mandatory" | "advisory" {
  return severity === "critical" || severity === "high" ? "mandatory" : "advisory";
}

/** All checks of a control on single resources. */
export function checksOf(control: Control): Check[] {
  return Object.values(control.checks ?? {}).flat();
}

/** All checks of a control on relations. */
export function stackChecksOf(control: Control): StackCheck[] {
  return Object.values(control.stackChecks ?? {}).flat();
}

/** The clouds that a control has checks for. */
export function cloudsOf(control: Control): Cloud[] {
  return (["aws", "gcp", "azure"] as const).filter((cloud) => control.checks?.[cloud] ?? control.stackChecks?.[cloud]);
}

/** Every type that a control looks at, in checks of either kind. */
export function typesOf(control: Control): string[] {
  return [...new Set([...checksOf(control), ...stackChecksOf(control)].flatMap((check) => check.types))];
}

/**
 * The one token under which controls know a type that has several. azure-native's dated types lose their API version: the
 * dated modules of `@pulumi/azure-native` version 2 (`azure-native:storage/v20240101:StorageAccount`), the dated packages of
 * version 3 (`azure-native_storage_v20240101:storage/v20240101:StorageAccount`) and their providers. Dynamic resources,
 * which may carry a name of their own, are all `pulumi-nodejs:dynamic:Resource` (or `pulumi-python`).
 */
export function canonicalType(type: string): string {
  if (type.startsWith("azure-native")) return undatedType(type);
  if (type.startsWith("pulumi:providers:azure-native_")) return "pulumi:providers:azure-native";
  if (type.startsWith("pulumi-")) return type.replace(/^(pulumi-\w+):dynamic[/:].*$/, "$1:dynamic:Resource");
  return type;
}

function undatedType(type: string): string {
  // Most tokens carry no date, and every policy asks for every resource.
  if (type.startsWith("azure-native:") && !type.includes("/v")) return type;
  return type.replace(/^azure-native(?:_\w+)?:([^:/]+)(?:\/v\d{8}\w*)?:/, "azure-native:$1:");
}
