/**
 * IAM policy documents, read the way AWS evaluates them: statement by statement, with wildcards in actions and resources,
 * and with the elements that grant by exclusion. Nothing here searches the text of a document.
 *
 * A document that is an object may hold unknown values. What is known of it is judged all the same: an ARN that the cloud
 * has yet to give is one resource, never a wildcard. A document that is text is known or unknown as a whole.
 */

import { type Finding, judge, type WhenAbsent } from "../findings.ts";
import { type Absent, describe, type Malformed, type Path, read, textOf, type Unknown } from "../read.ts";
import { matchesWildcards } from "../wildcards.ts";
import { type Answer, any, not, violatesIf } from "./answers.ts";

/** The texts of an element such as Action, which can be one text or a list. */
export interface Texts {
  known: string[];
  /** The first text that is not known yet. */
  unknown?: Unknown;
}

/** The principals of a statement by kind: `AWS`, `Service`, `Federated`. `Principal: "*"` is the kind `AWS`. */
export type Principals = Record<string, Texts>;

/** One line of a statement's Condition, such as `"StringEquals": {"aws:SourceAccount": "111122223333"}`. */
export interface Condition {
  operator: string;
  key: string;
  values: Texts;
}

/** One statement. An element that is left out is undefined, not empty. */
export interface Statement {
  /** Where it stands in the document, with its Sid: `Statement[0] (ReadData)`. */
  path: string;
  /** Whether its effect is Allow. A statement that denies grants nothing. */
  allows: Answer;
  actions?: Texts;
  notActions?: Texts;
  resources?: Texts;
  notResources?: Texts;
  principals?: Principals;
  notPrincipals?: Principals;
  conditions: Condition[];
  /** Set when the conditions, or some of them, are not known yet. */
  unknownConditions?: Unknown;
}

/** A document whose statements are known, though not every value in them has to be. */
export interface Document {
  state: "known";
  path: string;
  statements: Statement[];
  /** Statements of which nothing is known yet. */
  unknownStatements: Unknown[];
}

type DocumentReading = Document | Unknown | Absent | Malformed;

/** The documents of a resource, by path: many controls, and many relations within one control, ask for the same. */
const documents = new WeakMap<object, Map<Path, DocumentReading>>();

/** Reads the document at a path. */
export function readDocument(props: object, path: Path): DocumentReading {
  const known = documents.get(props) ?? new Map<Path, DocumentReading>();
  documents.set(props, known);
  const document = known.get(path) ?? parseDocument(props, path);
  known.set(path, document);
  return document;
}

function parseDocument(props: object, path: Path): DocumentReading {
  const reading = read(props, path);
  if (reading.state !== "known") return reading;
  const parsed = typeof reading.value === "string" ? parseText(reading.value) : parse(reading.value);
  if (parsed.state === "malformed")
    return { ...parsed, path: reading.path, problem: `${reading.path} ${parsed.problem}` };
  return { ...parsed, path: reading.path };
}

/**
 * A violation for each statement of the document of which the question is answered with yes.
 * @param problem What is wrong with such a statement, as the end of a sentence that begins with it.
 * @param absent Verdict when there is no document.
 */
export function noStatement(
  props: object,
  path: Path,
  question: (statement: Statement) => Answer,
  problem: string,
  absent: WhenAbsent = "complies",
): Finding[] {
  const document = readDocument(props, path);
  if (document.state !== "known") return judge(document, "give it a policy", { absent }, () => []);
  const unknown = document.unknownStatements.flatMap((statement) => violatesIf(statement, problem));
  const known = document.statements.flatMap((statement) =>
    violatesIf(question(statement), `${document.path} ${statement.path} ${problem}`),
  );
  return [...known, ...unknown];
}

type Parsed = Document | Unknown | Malformed;

/** Many controls ask for the same documents, so each text is parsed once. */
const parsedTexts = new Map<string, Parsed>();

/** More texts than any stack holds; a host that judges many stacks with one process must not grow forever. */
const MAX_PARSED_TEXTS = 2000;

function parseText(text: string): Parsed {
  const cached = parsedTexts.get(text);
  if (cached) return cached;
  const parsed = parseJson(text);
  if (parsedTexts.size >= MAX_PARSED_TEXTS) parsedTexts.clear();
  parsedTexts.set(text, parsed);
  return parsed;
}

function parseJson(text: string): Parsed {
  try {
    return parse(JSON.parse(text));
  } catch {
    return malformed("is not valid JSON");
  }
}

/** A fault of the document, as a sentence that follows the document's path. */
class Fault extends Error {}

function parse(value: unknown): Parsed {
  if (!isObject(value)) return malformed(`is ${describe(value)}; it must be a policy document`);
  try {
    return parseStatements(value);
  } catch (fault) {
    if (fault instanceof Fault) return malformed(fault.message);
    throw fault;
  }
}

function parseStatements(root: object): Parsed {
  const reading = read(root, "Statement");
  if (reading.state === "unknown") return reading;
  if (reading.state !== "known") throw new Fault("has no Statement");
  const document: Document = { state: "known", path: "", statements: [], unknownStatements: [] };
  const paths = Array.isArray(reading.value)
    ? Array.from({ length: reading.value.length }, (_, index) => `Statement[${index}]`)
    : ["Statement"];
  for (const path of paths) {
    const statement = read(root, path);
    if (statement.state === "unknown") document.unknownStatements.push(statement);
    else if (statement.state === "known" && isObject(statement.value)) {
      document.statements.push(parseStatement(statement.value, path));
    } else throw new Fault(`has a ${path} that is not an object`);
  }
  return document;
}

function parseStatement(root: object, at: string): Statement {
  const sid = read(root, "Sid");
  const path = sid.state === "known" && sid.value !== "" ? `${at} (${textOf(sid.value)})` : at;
  const statement: Statement = {
    path,
    allows: effectOf(root, path),
    actions: texts(root, ["Action"], path),
    notActions: texts(root, ["NotAction"], path),
    resources: texts(root, ["Resource"], path),
    notResources: texts(root, ["NotResource"], path),
    principals: principals(root, "Principal", path),
    notPrincipals: principals(root, "NotPrincipal", path),
    ...conditions(root, path),
  };
  if (!statement.actions && !statement.notActions) throw new Fault(`${path} names no Action`);
  return statement;
}

function effectOf(root: object, path: string): Answer {
  const effect = read(root, "Effect");
  if (effect.state === "unknown") return effect;
  if (effect.state === "known" && (effect.value === "Allow" || effect.value === "Deny"))
    return effect.value === "Allow";
  throw new Fault(`${path} has an Effect that is neither Allow nor Deny`);
}

/**
 * Where a null in a list names nothing: a statement on no resource, or with a condition that no value meets, grants
 * nothing. In NotAction or Principal it could mean everything.
 */
const MAY_HOLD_NOTHING = ["Resource", "Condition"];

/** Keys are given one by one, because condition keys hold dots and brackets. */
function texts(root: object, keys: string[], path: string): Texts | undefined {
  const reading = read(root, keys);
  if (reading.state === "absent") return undefined;
  if (reading.state === "unknown") return { known: [], unknown: reading };
  if (reading.state === "malformed") throw new Fault(`${path}: ${reading.problem}`);
  if (!Array.isArray(reading.value)) return { known: [text(reading.value, keys, path)] };
  const found: Texts = { known: [] };
  for (let index = 0; index < reading.value.length; index++) {
    const element = read(root, [...keys, String(index)]);
    if (element.state === "unknown") found.unknown ??= element;
    else if (element.state === "absent" && MAY_HOLD_NOTHING.includes(keys[0] as string)) continue;
    else found.known.push(text(element.state === "known" ? element.value : null, keys, path));
  }
  return found;
}

/** The values of conditions may be numbers and booleans. */
function text(value: unknown, keys: string[], path: string): string {
  if (typeof value === "string") return value;
  if (keys[0] === "Condition" && (typeof value === "number" || typeof value === "boolean")) return String(value);
  throw new Fault(`${path} has a ${keys.join(".")} that is not text`);
}

function principals(root: object, element: string, path: string): Principals | undefined {
  const reading = read(root, element);
  if (reading.state === "absent" || reading.state === "malformed") return undefined;
  if (reading.state === "unknown") return { AWS: { known: [], unknown: reading } };
  if (!isObject(reading.value)) return { AWS: { known: [text(reading.value, [element], path)] } };
  const kinds = Object.keys(reading.value).map((kind) => [kind, texts(root, [element, kind], path) ?? { known: [] }]);
  return Object.fromEntries(kinds);
}

function conditions(root: object, path: string): Pick<Statement, "conditions" | "unknownConditions"> {
  const found: Condition[] = [];
  const block = read(root, "Condition");
  if (block.state === "unknown") return { conditions: [], unknownConditions: block };
  if (block.state !== "known") return { conditions: [] };
  if (!isObject(block.value)) throw new Fault(`${path} has a Condition that is not an object`);
  let unknownConditions: Unknown | undefined;
  for (const operator of Object.keys(block.value)) {
    const lines = read(root, ["Condition", operator]);
    if (lines.state === "unknown") unknownConditions ??= lines;
    if (lines.state !== "known" || !isObject(lines.value)) continue;
    for (const key of Object.keys(lines.value)) {
      found.push({ operator, key, values: texts(root, ["Condition", operator, key], path) ?? { known: [] } });
    }
  }
  return { conditions: found, unknownConditions };
}

/** Whether one of the texts is what is looked for. An unknown one may be. */
export function some(list: Texts | undefined, question: (text: string) => boolean): Answer {
  if (!list) return false;
  return any(list.known.some(question), list.unknown ?? false);
}

/** Whether the statement's actions include this one, by name, by wildcard, or by not excluding it. */
export function namesAction(statement: Statement, action: string): Answer {
  const includes = (pattern: string) => matches(pattern, action);
  return statement.actions ? some(statement.actions, includes) : not(some(statement.notActions, includes));
}

/** Whether the statement's actions include one of these. */
export function namesAnyAction(statement: Statement, actions: readonly string[]): Answer {
  return any(...actions.map((action) => namesAction(statement, action)));
}

/** Whether the statement is about every resource, or all but some. A resource that is not known yet is a single one. */
export function coversEverything({ resources }: Statement): boolean {
  return resources === undefined || resources.known.some(isEverything);
}

/**
 * Whether a resource pattern leaves nothing out: `*`, `arn:aws:s3:::*`, `arn:aws:iam::111122223333:role/*`. A pattern
 * that stops before the resource, such as `arn:aws:s3*`, reaches over all of them.
 */
export function isEverything(resource: string): boolean {
  const [, , service = "", , , ...rest] = resource.split(":");
  if (rest.length === 0) return resource.includes("*");
  const everyName = NAMES_WITHOUT_TYPE.includes(service) ? /^[*?/]+$/ : /^(?:[\w-]+[/:])?[*?/]+$/;
  return everyName.test(rest.join(":"));
}

/** Services whose ARNs begin with a name, such as a bucket's, where others have a resource type. */
const NAMES_WITHOUT_TYPE = ["s3", "execute-api"];

/** Whether anybody at all is a principal of the statement. */
export function namesAnyone({ principals, notPrincipals }: Statement): Answer {
  if (notPrincipals) return true;
  return any(...Object.values(principals ?? {}).map((kind) => some(kind, (principal) => principal === "*")));
}

/**
 * Whether a condition on one of these keys must hold. A key that ends in a slash means every key that begins so, and one
 * that starts with a colon every key that ends so, as those of identity providers do.
 * Negated operators, `IfExists`, `ForAllValues` and `Null` let requests through that lack the key, and do not count.
 */
export function isConditionedOn(statement: Statement, keys: readonly string[]): Answer {
  const found = statement.conditions.some(({ operator, key, values }) => {
    const about = keys.some((wanted) => isKey(key.toLowerCase(), wanted.toLowerCase()));
    return about && RESTRICTING.test(operator) && !values.known.some(isAnyValue);
  });
  return any(found, statement.unknownConditions ?? false);
}

function isKey(key: string, wanted: string): boolean {
  if (wanted.endsWith("/")) return key.startsWith(wanted);
  return wanted.startsWith(":") ? key.endsWith(wanted) : key === wanted;
}

const RESTRICTING =
  /^(?:ForAnyValue:)?(?:String(?:Equals|EqualsIgnoreCase|Like)|Arn(?:Equals|Like)|NumericEquals|IpAddress|Bool)$/i;

/** A value that any request would match: only wildcards (`*`, `repo:*`), or an ARN that leaves account and resource open. */
function isAnyValue(value: string): boolean {
  if (/^(?:\w+:)?[*?:/]+$/.test(value)) return true;
  if (!value.startsWith("arn:")) return false;
  const [, , , , account = "*", ...resource] = value.split(":");
  return /^[*?]*$/.test(account) && isEverything(value) && /^[*?/]*$/.test(resource.join(":"));
}

/** Whether a pattern with `*` and `?` matches the text. Service prefixes and action names are the same in any case. */
export function matches(pattern: string, text: string): boolean {
  return matchesWildcards(pattern, text, { ignoreCase: true, questionMark: true });
}

function malformed(problem: string): Malformed {
  return { state: "malformed", path: "", problem };
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
