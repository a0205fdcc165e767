// --record-fixtures: writes a placeholder for every answer that a preview lacked into a fixtures file.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { type Document, isSeq, isMap as isYamlMap, parseDocument, Scalar, YAMLMap, YAMLSeq } from "yaml";
import { UserError } from "../errors.ts";
import type { Fixtures, MissingAnswer, Properties, Value } from "../protocol/messages.ts";
import { isMap, plainProperties } from "../protocol/properties.ts";
import { outputOnly } from "../sdk/declarations.ts";
import type { TypeKnowledge } from "../sdk/shapes.ts";
import { skeleton } from "../sdk/skeleton.ts";
import { loadFixtures, noFixtures } from "./fixtures.ts";

/** What a preview asked for and nobody answered. */
export interface MissingAnswers {
  invokes: { token: string; args: Properties }[];
  resources: { type: string; name: string }[];
  /** `organization/project/stack`. */
  stackReferences: string[];
  /** `namespace:name` of encrypted configuration values. */
  config: string[];
}

/** A list to add missing answers to. */
export function noMissingAnswers(): MissingAnswers {
  return { invokes: [], resources: [], stackReferences: [], config: [] };
}

/** The missing answers by kind. */
export function missingAnswers(answers: MissingAnswer[]): MissingAnswers {
  const missing = noMissingAnswers();
  for (const answer of answers) {
    if (answer.kind === "invoke") missing.invokes.push(answer);
    else if (answer.kind === "resource") missing.resources.push(answer);
    else if (answer.kind === "stackReference") missing.stackReferences.push(answer.name);
    else missing.config.push(answer.key);
  }
  return missing;
}

const COMMENT = ` Answers for pulumi-offline-preview --fixtures. Fill in the placeholders ("", 0, false, [] and {}) with what your cloud
 has, and remove what you do not need. Answers that stand here are never overwritten.`;

/**
 * Adds placeholders for missing answers to a YAML file, which is made if there is none. What stands in it stays as it is,
 * comments included; the order of what is added depends on nothing but its names. Returns how many were added.
 */
export function recordFixtures(file: string, missing: MissingAnswers, knowledge: TypeKnowledge): number {
  if (file.endsWith(".json"))
    throw new UserError(`--record-fixtures ${file}: use a YAML file, which can hold comments`);
  const known = existsSync(file) ? loadFixtures(file) : noFixtures();
  const document = openDocument(file);
  const root = document.contents as YAMLMap;
  const added =
    addInvokes(root, missing, known, knowledge) +
    addAnswers(root, "resources", resourceAnswers(missing, known, knowledge)) +
    addAnswers(root, "stackReferences", emptyAnswers(missing.stackReferences, known.stackReferences, {})) +
    addAnswers(root, "config", emptyAnswers(missing.config, known.config, ""));
  if (added > 0) writeFileSync(file, document.toString({ lineWidth: 0 }));
  return added;
}

// Every value is read as text, so that what stands in the file is written as it was: 0123 stays 0123.
function openDocument(file: string): Document {
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const document: Document = parseDocument(text, { schema: "failsafe" });
  if (!isYamlMap(document.contents)) {
    document.contents = new YAMLMap();
    document.commentBefore ??= COMMENT;
  }
  document.contents.flow = false;
  return document;
}

function addInvokes(root: YAMLMap, missing: MissingAnswers, known: Fixtures, knowledge: TypeKnowledge): number {
  const calls = missing.invokes.map(({ token, args }) => ({ token, args: plainProperties(args) }));
  // An answer without arguments is for every call: it sorts last.
  const order = (call: { token: string; args: Properties }) => `${call.token} ${JSON.stringify(call.args)}`;
  calls.sort((a, b) => (order(a) < order(b) ? -1 : 1));
  let added = 0;
  for (const { token, args } of calls) {
    const answers = known.invokes[token] ?? [];
    if (answers.some((answer) => answer.args === undefined || isDeepStrictEqual(answer.args, args))) continue;
    const result = skeleton(knowledge.function(token)?.result ?? {});
    const answer = { ...(Object.keys(args).length === 0 ? {} : { args }), result };
    listIn(section(root, "invokes"), token).add(nodeOf(answer));
    known.invokes[token] = [...answers, answer];
    added++;
  }
  return added;
}

function listIn(invokes: YAMLMap, token: string): YAMLSeq {
  const list = invokes.get(token);
  if (isSeq(list)) {
    list.flow = false;
    return list;
  }
  const made = new YAMLSeq();
  invokes.set(new Scalar(token), made);
  return made;
}

function resourceAnswers(missing: MissingAnswers, known: Fixtures, knowledge: TypeKnowledge): Record<string, Value> {
  const answers: Record<string, Value> = {};
  for (const { type, name } of missing.resources) {
    const key = `${type}::${name}`;
    if (key in known.resources || type in known.resources) continue;
    const shape = knowledge.resource(type);
    const names = shape === undefined ? [] : outputOnly(shape);
    const outputs = Object.fromEntries(
      Object.entries(shape?.outputs ?? {}).filter(([output]) => names.includes(output)),
    );
    answers[key] = { id: "", ...skeleton(outputs) };
  }
  return answers;
}

function emptyAnswers(names: string[], known: Record<string, unknown>, answer: Value): Record<string, Value> {
  return Object.fromEntries(names.filter((name) => !(name in known)).map((name) => [name, answer]));
}

function addAnswers(root: YAMLMap, name: string, answers: Record<string, Value>): number {
  const keys = Object.keys(answers).sort();
  for (const key of keys) section(root, name).set(new Scalar(key), nodeOf(answers[key] as Value));
  return keys.length;
}

function section(root: YAMLMap, name: string): YAMLMap {
  const found = root.get(name);
  if (isYamlMap(found)) {
    found.flow = false;
    return found;
  }
  const made = new YAMLMap();
  root.set(name, made);
  return made;
}

// Texts are quoted, so that "123" stays a text; all else is written as it is.
function nodeOf(value: Value): Scalar | YAMLMap | YAMLSeq {
  if (Array.isArray(value)) {
    const list = new YAMLSeq();
    for (const item of value) list.add(nodeOf(item));
    return list;
  }
  if (isMap(value)) {
    const map = new YAMLMap();
    for (const [key, item] of Object.entries(value)) map.set(new Scalar(key), nodeOf(item));
    return map;
  }
  const scalar = new Scalar(String(value));
  scalar.type = typeof value === "string" ? "QUOTE_DOUBLE" : "PLAIN";
  return scalar;
}
