// The part of TypeScript that Pulumi's code generator writes into declaration files, and nothing more: members of
// interfaces and classes, and their types. A compiler would need seconds for what this reads in a millisecond.

import type { TypeShape } from "./shapes.ts";

/** One member as it is declared. */
export interface Member {
  name: string;
  /** The doc comment as it stands there, or "". */
  doc: string;
  /** Declared with a question mark. */
  optional: boolean;
  /** Text of the type. */
  type: string;
}

/** Gives the shape of a type that has a name, such as `inputs.s3.BucketGrant`. */
export type NamedTypes = (name: string) => TypeShape;

/** What stands between the braces after `header`, which begins a line; undefined if the text has no such header. */
export function blockOf(text: string, header: string, indent = ""): string | undefined {
  const begin = text.startsWith(`${indent}${header}`) ? 0 : text.indexOf(`\n${indent}${header}`);
  if (begin < 0) return undefined;
  const open = text.indexOf("{\n", begin);
  const end = text.indexOf(`\n${indent}}`, open);
  return open < 0 || end < 0 ? undefined : text.slice(open + 2, end + 1);
}

const PROPERTY = /(?:readonly )?(?:"([^"\n]+)"|([\w$]+))(\??): /y;

/** The properties that are declared in the body of an interface or class; methods and static members are left out. */
export function membersOf(body: string): Member[] {
  const members: Member[] = [];
  let doc = "";
  for (let position = skipSpace(body, 0); position < body.length; position = skipSpace(body, position)) {
    if (body.startsWith("/*", position)) {
      const end = endOfComment(body, position);
      doc = body.slice(position, end);
      position = end;
      continue;
    }
    PROPERTY.lastIndex = position;
    const match = PROPERTY.exec(body);
    const begin = match === null ? position : PROPERTY.lastIndex;
    const end = endOfStatement(body, begin);
    if (match !== null) {
      const name = (match[1] ?? match[2]) as string;
      members.push({ name, doc, optional: match[3] === "?", type: body.slice(begin, end) });
    }
    doc = "";
    position = end + 1;
  }
  return members;
}

function skipSpace(text: string, begin: number): number {
  let position = begin;
  while (position < text.length && text.charCodeAt(position) <= 32) position++;
  return position;
}

function endOfComment(text: string, begin: number): number {
  const end = text.indexOf("*/", begin + 2);
  return end < 0 ? text.length : end + 2;
}

// The semicolon that ends a statement, outside brackets, texts and comments.
function endOfStatement(text: string, begin: number): number {
  const special = /[;{}[\]()"]|\/\*/g;
  special.lastIndex = begin;
  let depth = 0;
  for (let match = special.exec(text); match !== null; match = special.exec(text)) {
    const mark = match[0];
    if (mark === ";" && depth === 0) return match.index;
    if (mark === "/*") special.lastIndex = endOfComment(text, match.index);
    else if (mark === '"') special.lastIndex = text.indexOf('"', special.lastIndex) + 1 || text.length;
    else if ("{[(".includes(mark)) depth++;
    else if ("}])".includes(mark)) depth--;
  }
  return text.length;
}

/** True if the type of an output takes `undefined`: the property may be missing after creation. */
export function mayBeUndefined(type: string): boolean {
  return /\| undefined>*$/.test(type);
}

/** The shape of a type. What the code generator does not write, such as a function, is "any". */
export function shapeOf(type: string, named: NamedTypes): TypeShape {
  return new TypeReader(type, named).read() ?? { kind: "any" };
}

const TOKEN = /\s*([\w$.]+|-\d+|"(?:[^"\\\n]|\\.)*"|[<>{}[\]():;|?,])/y;
const BASIC = new Set(["any", "string", "number", "boolean"]);
const WRAPPERS = new Set(["pulumi.Input", "pulumi.Output", "Promise"]);

/** Reads one type, from left to right. Every method returns undefined for what it does not understand. */
class TypeReader {
  private readonly tokens: string[] = [];
  private readonly named: NamedTypes;

  constructor(text: string, named: NamedTypes) {
    this.named = named;
    const token = new RegExp(TOKEN);
    for (let match = token.exec(text); match !== null; match = token.exec(text)) {
      this.tokens.unshift(match[1] as string);
    }
  }

  /** The whole type. */
  read(): TypeShape | undefined {
    const shape = this.union();
    return this.tokens.length === 0 ? shape : undefined;
  }

  private union(): TypeShape | undefined {
    const options: TypeShape[] = [];
    do {
      if (this.takes("undefined")) continue;
      const option = this.array();
      if (option === undefined) return undefined;
      options.push(option);
    } while (this.takes("|"));
    return oneOf(options);
  }

  private array(): TypeShape | undefined {
    let shape = this.single();
    while (shape !== undefined && this.takes("[")) {
      if (!this.takes("]")) return undefined;
      shape = { kind: "array", items: shape };
    }
    return shape;
  }

  private single(): TypeShape | undefined {
    const token = this.tokens.pop();
    if (token === undefined) return undefined;
    if (token === "(") return this.closed(")");
    if (token === "{") return this.braces();
    if (/^["\d-]/.test(token)) return { kind: "enum", values: [JSON.parse(token) as string | number], open: false };
    if (WRAPPERS.has(token)) return this.takes("<") ? this.closed(">") : undefined;
    return this.name(token);
  }

  private closed(end: string): TypeShape | undefined {
    const shape = this.union();
    return this.takes(end) ? shape : undefined;
  }

  // `{ [key: string]: T; }`, the only type in braces that is generated.
  private braces(): TypeShape | undefined {
    if (!this.takes("[") || this.tokens.pop() === undefined) return undefined;
    if (!this.takes(":") || !this.takes("string") || !this.takes("]") || !this.takes(":")) return undefined;
    const values = this.union();
    this.takes(";");
    return this.takes("}") && values !== undefined ? { kind: "map", values } : undefined;
  }

  private name(name: string): TypeShape | undefined {
    if (this.tokens.at(-1) === "<") return undefined;
    if (BASIC.has(name)) return { kind: name } as TypeShape;
    if (name === "true" || name === "false") return { kind: "boolean" };
    if (name.startsWith("pulumi.asset.")) return { kind: "asset" };
    return this.named(name);
  }

  private takes(token: string): boolean {
    if (this.tokens.at(-1) !== token) return false;
    this.tokens.pop();
    return true;
  }
}

/** One shape for a choice of several: `string | enums.Acl` is an open enum, and "any" takes in all others. */
export function oneOf(options: TypeShape[]): TypeShape {
  if (options.length === 0 || options.some((option) => option.kind === "any")) return { kind: "any" };
  const enums = options.filter((option) => option.kind === "enum");
  const values = [...new Set(enums.flatMap((option) => option.values))];
  const seen = new Set<string>(values.map((value) => typeof value));
  const open = enums.some((option) => option.open) || options.some((option) => seen.has(option.kind));
  const choice: TypeShape[] = values.length === 0 ? [] : [{ kind: "enum", values, open }];
  for (const option of options) {
    const simple = BASIC.has(option.kind) || option.kind === "asset";
    if (option.kind === "enum" || (simple && seen.has(option.kind))) continue;
    seen.add(option.kind);
    choice.push(option);
  }
  return choice.length === 1 ? (choice[0] as TypeShape) : { kind: "union", options: choice };
}
