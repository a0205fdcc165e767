/** The resources of a preview, as the exporter reads them. */

/** One previewed resource: what `pulumi-offline-preview --json` prints of it. */
export interface Previewed {
  urn: string;
  type: string;
  name: string;
  inputs: Record<string, unknown>;
  /** URNs that a property depends on, by property. */
  propertyDependencies: Record<string, string[]>;
}

/** A resource in Terraform's words. */
export interface TerraformResource {
  /** Terraform's resource type. */
  type: string;
  /** Label, unique among the resources of its type. */
  label: string;
  body: Record<string, unknown>;
}

/** What stands where a value is not known before the cloud has made the resource. */
export const UNKNOWN = "[unknown]";

/** What stands where a value is secret. */
export const SECRET = "[secret]";

/** An attribute whose value is an object, where a plain object means a nested block. */
export class AttributeMap {
  readonly entries: Record<string, unknown>;

  constructor(entries: Record<string, unknown>) {
    this.entries = entries;
  }
}
