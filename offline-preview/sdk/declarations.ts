// What the type declarations of an installed SDK say of resource types and look-ups.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { markAutonamed } from "./autonaming.ts";
import {
  blockOf,
  type Member,
  mayBeUndefined,
  membersOf,
  type NamedTypes,
  oneOf,
  shapeOf,
} from "./declaration-syntax.ts";
import { installedSdks } from "./installed.ts";
import type { FunctionShape, PropertyShape, ResourceShape, TypeKnowledge, TypeShape } from "./shapes.ts";

/**
 * What the SDKs say that a program in `programFolder` would load. Only declarations that are asked for are read, once
 * in the life of the process; no SDK is loaded. Types that are written by hand, without the code generator, are unknown.
 */
export function sdkKnowledge(programFolder: string): TypeKnowledge {
  const installed = installedSdks(programFolder);
  return {
    resource(type) {
      const token = tokenOf(type);
      const sdk = token && installed(token.pkg);
      return token && sdk && declarationsIn(sdk.declarations).resource(token);
    },
    function(name) {
      const token = tokenOf(name);
      const sdk = token && installed(token.pkg);
      return token && sdk && declarationsIn(sdk.declarations).function(token);
    },
    version: (pkg) => installed(pkg)?.version ?? "",
  };
}

/** Properties that only the cloud sets: what a resource has after it was created and takes no input for. */
export function outputOnly(shape: ResourceShape): string[] {
  return Object.keys(shape.outputs).filter((name) => !Object.hasOwn(shape.inputs, name));
}

interface Token {
  pkg: string;
  module: string;
  name: string;
}

function tokenOf(text: string): Token | undefined {
  const match = /^([\w.-]+):([\w.-]+(?:\/[\w.-]+)*):([\w-]+)$/.exec(text);
  if (match === null || text.includes("..")) return undefined;
  const [, pkg, module, name] = match as unknown as [string, string, string, string];
  const provider = pkg === "pulumi" && module === "providers";
  return provider ? { pkg: name, module: "index", name: "Provider" } : { pkg, module, name };
}

const byFolder = new Map<string, Declarations>();

function declarationsIn(folder: string): Declarations {
  const known = byFolder.get(folder) ?? new Declarations(folder);
  byFolder.set(folder, known);
  return known;
}

/** The declarations of one SDK. */
class Declarations {
  private readonly folder: string;
  private readonly resources = new Map<string, ResourceShape | undefined>();
  private readonly functions = new Map<string, FunctionShape | undefined>();
  private readonly shapes = new Map<string, TypeShape>();
  private readonly texts = new Map<string, string>();
  private readonly named: NamedTypes = (name) => this.namedType(name);
  private readonly namedTypes = new Map<string, TypeShape>();

  constructor(folder: string) {
    this.folder = folder;
  }

  resource(token: Token): ResourceShape | undefined {
    const key = `${token.module}:${token.name}`;
    if (!this.resources.has(key)) this.resources.set(key, this.readResource(token));
    return this.resources.get(key);
  }

  function(token: Token): FunctionShape | undefined {
    const key = `${token.module}:${token.name}`;
    if (!this.functions.has(key)) this.functions.set(key, this.readFunction(token));
    return this.functions.get(key);
  }

  private readResource(token: Token): ResourceShape | undefined {
    const text = this.fileOf(token);
    const body = text && blockOf(text, `export declare class ${className(token.name)} extends pulumi.`);
    const argsName = body && /constructor\(name: string, args\??: (\w+), /.exec(body)?.[1];
    const args = argsName && blockOf(text, `export interface ${argsName} {`);
    if (args === undefined || !body) return undefined;
    const [given, fields] = [membersOf(args), membersOf(body)];
    const [inputs, outputs] = [this.properties(given, isRequiredInput), this.properties(fields, isRequiredOutput)];
    if (token.name === "Provider") return { inputs: asProviderInputs(inputs), outputs };
    const docs = new Map(given.map((member) => [member.name, member.doc]));
    markAutonamed({ inputs, outputs }, (name) => docs.get(name) ?? "");
    return { inputs, outputs };
  }

  private readFunction(token: Token): FunctionShape | undefined {
    const text = this.fileOf(token);
    const signature = new RegExp(`^export declare function ${smallName(token.name)}\\((.*)\\): Promise<(.+)>;$`, "m");
    const [, parameters, resultName] = signature.exec(text) ?? [];
    if (parameters === undefined || resultName === undefined) return undefined;
    const argsName = /^args\??: (\w+)/.exec(parameters)?.[1];
    const args = argsName === undefined ? "" : blockOf(text, `export interface ${argsName} {`);
    if (args === undefined) return undefined;
    const result = blockOf(text, `export interface ${resultName} {`);
    return {
      args: this.properties(membersOf(args), isRequiredInput),
      result: result === undefined ? this.objectOf(resultName) : this.properties(membersOf(result), isRequiredOutput),
    };
  }

  // A look-up whose result is a type that others share.
  private objectOf(name: string): Record<string, PropertyShape> {
    const type = shapeOf(name, this.named);
    return type.kind === "object" ? type.properties() : {};
  }

  private properties(members: Member[], isRequired: (member: Member) => boolean): Record<string, PropertyShape> {
    const result: Record<string, PropertyShape> = {};
    for (const member of members) {
      result[member.name] = { type: this.shape(member.type), required: isRequired(member) };
    }
    return result;
  }

  // A package has tens of thousands of properties and few types.
  private shape(type: string): TypeShape {
    const known = this.shapes.get(type) ?? shapeOf(type, this.named);
    this.shapes.set(type, known);
    return known;
  }

  /** Text of the file that declares a token; "" if there is none. */
  private fileOf({ module, name }: Token): string {
    const file = fileName(name);
    return (
      foldersOf(module)
        .map((folder) => this.read(join(folder, file)))
        .find((text) => text !== "") ?? ""
    );
  }

  private read(file: string): string {
    const path = join(this.folder, file);
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  }

  // `inputs.s3.BucketGrant`, `outputs.…` or `enums.…`. Any other name is a type that was written by hand.
  private namedType(name: string): TypeShape {
    let shape = this.namedTypes.get(name);
    if (shape === undefined) {
      const [kind, ...path] = name.split(".");
      if (kind === "inputs") shape = this.objectType(name, ["input", ...path], isRequiredInput);
      else if (kind === "outputs") shape = this.objectType(name, ["output", ...path], isRequiredOutput);
      else if (kind === "enums") shape = this.enumType(path);
      else shape = { kind: "any" };
      this.namedTypes.set(name, shape);
    }
    return shape;
  }

  private objectType(name: string, path: string[], isRequired: (member: Member) => boolean): TypeShape {
    let properties: Record<string, PropertyShape> | undefined;
    return {
      kind: "object",
      name,
      properties: () => {
        properties ??= this.properties(membersOf(this.interfaceBody(path)), isRequired);
        return properties;
      },
    };
  }

  private interfaceBody(path: string[]): string {
    const scope = path.slice(0, -1);
    const header = `${scope.length === 1 ? "export " : ""}interface ${path.at(-1)} {`;
    return blockOf(this.scope(scope), header, INDENT.repeat(scope.length - 1)) ?? "";
  }

  /** Text of a namespace in types/input.d.ts or types/output.d.ts, which hold megabytes: each is cut out once. */
  private scope(path: string[]): string {
    const key = path.join(".");
    if (!this.texts.has(key)) this.texts.set(key, this.readScope(path));
    return this.texts.get(key) as string;
  }

  private readScope(path: string[]): string {
    const name = path.at(-1);
    if (path.length === 1) return this.read(join("types", `${name}.d.ts`));
    const header = `${path.length === 2 ? "export declare " : ""}namespace ${name} {`;
    return blockOf(this.scope(path.slice(0, -1)), header, INDENT.repeat(path.length - 2)) ?? "";
  }

  private enumType(path: string[]): TypeShape {
    const body = blockOf(this.enums(path.slice(0, -1)), `export declare const ${path.at(-1)}: {`);
    return oneOf(membersOf(body ?? "").map((member) => shapeOf(member.type, this.named)));
  }

  private enums(scope: string[]): string {
    const key = ["enums", ...scope].join("/");
    if (!this.texts.has(key)) this.texts.set(key, this.read(join("types", key, "index.d.ts")));
    return this.texts.get(key) as string;
  }
}

const INDENT = "    ";

function isRequiredInput(member: Member): boolean {
  return !member.optional;
}

function isRequiredOutput(member: Member): boolean {
  return !member.optional && !mayBeUndefined(member.type);
}

// What is no text goes to a provider as the text of its JSON. The engine adds which plugin it is.
function asProviderInputs(inputs: Record<string, PropertyShape>): Record<string, PropertyShape> {
  const text: PropertyShape = { type: { kind: "string" }, required: false };
  const result: Record<string, PropertyShape> = { version: text, pluginDownloadURL: text };
  for (const [name, property] of Object.entries(inputs)) {
    result[name] = { ...property, type: oneOf([property.type, text.type]) };
  }
  return result;
}

// Everything before the first small letter becomes small: DBInstance, dbinstance.
function smallName(name: string): string {
  return name.replace(/^[^a-z]+/, (capitals) => capitals.toLowerCase());
}

// A type named Index gets another file than the folder's index.
function fileName(name: string): string {
  const base = smallName(name);
  return base === "index" ? "index_.d.ts" : `${base}.d.ts`;
}

function className(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

// `s3/bucket` stands in s3/, `storage/v20230101` in that folder, `index/x` and `index` at the top, and Kubernetes'
// `rbac.authorization.k8s.io/v1` in rbac/v1. Groups of other owners are custom resources, which no SDK declares.
function foldersOf(module: string): string[] {
  const parts = module.toLowerCase().split("/").map(folderName);
  const whole = parts.filter((part) => part !== "index");
  return [join(...whole, "."), join(...parts.slice(0, -1).filter((part) => part !== "index"), ".")];
}

function folderName(part: string): string {
  return part.replace(/^([^.]+)\.(?:(?:.*\.)?k8s\.io|sh)$/, "$1");
}
