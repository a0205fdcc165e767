// What is known of resource types and look-ups without their provider. Two sources fill it: the type declarations of the
// SDK that is installed in the project, and a package schema that the user gives.

import type { Value } from "../protocol/messages.ts";

/** The type of a value, as far as it can be checked without a provider. */
export type TypeShape =
  | { kind: "any" | "string" | "number" | "boolean" | "asset" }
  /** `open`: other values of the same type are accepted too, as providers do for enums that grow. */
  | { kind: "enum"; values: (string | number)[]; open: boolean }
  | { kind: "array"; items: TypeShape }
  | { kind: "map"; values: TypeShape }
  /** Properties are read on demand: the declarations of a large SDK hold tens of thousands of nested types. */
  | { kind: "object"; name: string; properties: () => Record<string, PropertyShape> }
  /** One of several; a value is right if it fits any of them. */
  | { kind: "union"; options: TypeShape[] };

/** One property of a resource, a nested object or a look-up. */
export interface PropertyShape {
  type: TypeShape;
  /** An input that must be given, or an output that is always there. */
  required: boolean;
  /** What the provider puts in when the program gives nothing; only a package schema says so. */
  default?: Value;
  /** The provider makes a name up when the program gives none. */
  autonamed?: boolean;
}

/** A resource type. */
export interface ResourceShape {
  inputs: Record<string, PropertyShape>;
  /** Everything that the resource has after it was created, inputs included. */
  outputs: Record<string, PropertyShape>;
}

/** A look-up. */
export interface FunctionShape {
  args: Record<string, PropertyShape>;
  result: Record<string, PropertyShape>;
}

/** What can be asked; undefined where nothing is known. */
export interface TypeKnowledge {
  resource(type: string): ResourceShape | undefined;
  function(token: string): FunctionShape | undefined;
  /** Version of the package's SDK that is installed in the project, or "". */
  version(pkg: string): string;
}
