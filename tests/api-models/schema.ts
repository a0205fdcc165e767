/** What the clouds' API models say about a value, in one form for all three. */

/** A piece of text. */
export interface TextSchema {
  kind: "text";
  /** Every value that the API takes. */
  values?: string[];
  /** Regular expression that the whole text has to match. */
  pattern?: RegExp;
  /** Fewest characters. */
  min?: number;
  /** Most characters. */
  max?: number;
}

/** A number. */
export interface NumberSchema {
  kind: "number";
  min?: number;
  max?: number;
  /** Whether only whole numbers are taken. */
  whole: boolean;
}

/** True or false. */
export interface FlagSchema {
  kind: "flag";
}

/** A list. */
export interface ListSchema {
  kind: "list";
  item: Schema;
  /** Fewest items. */
  min?: number;
  /** Most items. */
  max?: number;
}

/** An object whose keys are free. */
export interface MapSchema {
  kind: "map";
  key: TextSchema;
  value: Schema;
}

/** An object whose members are known. */
export interface ObjectSchema {
  kind: "object";
  /** Schemas by member. Some are recursive, so they are read when they are needed. */
  members: Map<string, () => Schema>;
  /** Members that a caller has to give. */
  required: string[];
}

/** Exactly one of several objects. */
export interface ChoiceSchema {
  kind: "choice";
  options: Schema[];
}

/** Anything: the model says no more. */
export interface AnythingSchema {
  kind: "anything";
}

export type Schema =
  | TextSchema
  | NumberSchema
  | FlagSchema
  | ListSchema
  | MapSchema
  | ObjectSchema
  | ChoiceSchema
  | AnythingSchema;

/** Free text. */
export const TEXT: TextSchema = { kind: "text" };

/** No rule at all. */
export const ANYTHING: AnythingSchema = { kind: "anything" };

/** An expression that matches whole texts only, as the services do. Java and RE2 dialects are brought to JavaScript's. */
export function wholeText(pattern: string): RegExp {
  const javascript = pattern
    .replaceAll("\\p{Alnum}", "a-zA-Z0-9")
    .replace(/\)\$(\{\d+,\d+\})$/, ")$1")
    .replace(/^\(\?s\)/, "");
  try {
    return new RegExp(`^(?:${javascript})$`, "u");
  } catch {
    return new RegExp(`^(?:${javascript})$`);
  }
}
