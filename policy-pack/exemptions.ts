/** Exemptions: the platform team's written, dated permissions for one resource to break one control. */
import type { Control } from "./control.ts";
import { matchesWildcards } from "./wildcards.ts";

/** Longest time that an exemption may run, in days from today. */
export const MAX_EXEMPTION_DAYS = 90;

/** An exemption in force. */
export interface Exemption {
  /** Id of the control that the resource may break. */
  control: string;
  /** URN of the resource, or a pattern of it in which `*` stands for any text. */
  resource: string;
  /** Why it is needed. */
  reason: string;
  /** Who answers for it. */
  owner: string;
  /** Last day on which it holds, as YYYY-MM-DD in UTC. */
  expires: string;
}

/** What became of the configured entries. */
export interface JudgedExemptions {
  accepted: Exemption[];
  /** One sentence for each entry that exempts nothing. */
  problems: string[];
}

const FIELDS = ["control", "resource", "reason", "owner", "expires"] as const;

/** Decides which entries hold on the day `today` (YYYY-MM-DD). An entry with any fault exempts nothing. */
export function judgeExemptions(entries: unknown, controls: Control[], today: string): JudgedExemptions {
  if (entries === undefined || entries === null) return { accepted: [], problems: [] };
  if (!Array.isArray(entries)) return { accepted: [], problems: ["exemptions must be a list"] };
  const severities = new Map(controls.map((control) => [control.id, control.severity]));
  const accepted: Exemption[] = [];
  const problems: string[] = [];
  entries.forEach((entry: unknown, index) => {
    const faults = faultsOf(entry, severities, today);
    if (faults.length === 0) accepted.push(entry as Exemption);
    else problems.push(`exemptions[${index}]${nameOf(entry)} exempts nothing: ${faults.join("; ")}`);
  });
  return { accepted, problems };
}

/** The exemption that lets this resource break this control, if there is one. */
export function findExemption(exemptions: Exemption[], control: string, urn: string): Exemption | undefined {
  return exemptions.find((exemption) => exemption.control === control && matchesUrn(exemption.resource, urn));
}

/**
 * Whether a URN, or a pattern of one, means this resource. A star never stretches over the border of the name, nor in a
 * pattern with all four parts over any border: a program can put `::` and anything else into the names of its resources,
 * and must not reach another project's exemption by that.
 */
export function matchesUrn(pattern: string, urn: string): boolean {
  const parts = /^(.*?)::(.*?)::(.*?)::(.*)$/s.exec(urn)?.slice(1);
  if (parts === undefined) return false;
  const wanted = pattern.split("::");
  const given =
    wanted.length < 4
      ? [wanted.slice(0, -1).join("::"), wanted.slice(-1).join()]
      : [...wanted.slice(0, 3), wanted.slice(3).join("::")];
  const [stack, project, type, name] = parts as [string, string, string, string];
  const actual = wanted.length < 4 ? [`${stack}::${project}::${type}`, name] : parts;
  return given.every((part, index) => matchesWildcards(part, actual[index] as string));
}

function faultsOf(entry: unknown, severities: Map<string, string>, today: string): string[] {
  if (typeof entry !== "object" || entry === null) return ["it must be an object"];
  const fields = entry as Record<string, unknown>;
  const missing = FIELDS.filter((field) => typeof fields[field] !== "string" || fields[field].trim() === "");
  const unknown = Object.keys(fields).filter((field) => !FIELDS.some((known) => known === field));
  return [
    ...missing.map((field) => `${field} is missing; give it as text`),
    ...unknown.map((field) => `${field} is not a field of an exemption`),
    ...(missing.includes("control") ? [] : controlFaults(fields.control as string, severities)),
    ...(missing.includes("resource") ? [] : resourceFaults(fields.resource as string)),
    ...(missing.includes("expires") ? [] : dateFaults(fields.expires as string, today)),
  ];
}

function controlFaults(control: string, severities: Map<string, string>): string[] {
  const severity = severities.get(control);
  if (severity === undefined) return [`there is no control ${control}`];
  return severity === "critical" ? [`${control} is critical, and critical controls cannot be exempted`] : [];
}

function resourceFaults(resource: string): string[] {
  const name = resource.includes("::") ? resource.slice(resource.lastIndexOf("::") + 2) : "";
  const names = name.replaceAll("*", "") !== "";
  return names ? [] : ["resource must name a resource: a URN, or a pattern that ends in ::<name>"];
}

function dateFaults(expires: string, today: string): string[] {
  if (!isDate(expires)) return ["expires must be a date, written YYYY-MM-DD"];
  if (expires < today) return [`it expired on ${expires}`];
  const last = addDays(today, MAX_EXEMPTION_DAYS);
  return expires > last ? [`expires must be within ${MAX_EXEMPTION_DAYS} days, by ${last}`] : [];
}

function isDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(date.getTime()) && toDay(date) === text;
}

function addDays(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return toDay(date);
}

/** A moment's day in UTC, as YYYY-MM-DD. */
export function toDay(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function nameOf(entry: unknown): string {
  const { control, resource } = (entry ?? {}) as Record<string, unknown>;
  return typeof control === "string" && typeof resource === "string" ? ` (${control} on ${resource})` : "";
}
