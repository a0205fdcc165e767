/** Selection: which controls a configuration wants, for teams that take the catalogue step by step. */
import { type Control, canonicalType, type Frameworks, type Severity } from "./control.ts";

/** Only what fits every list that is not empty is judged. */
export interface Selection {
  /** Catalogues; a control fits that has an id in one of them. */
  frameworks: string[];
  severities: string[];
  /** `aws`, or `aws:sagemaker`: the beginning of type tokens. A resource fits whose type begins so. */
  services: string[];
}

/** Everything is judged. */
export const EVERYTHING: Selection = { frameworks: [], severities: [], services: [] };

/** The catalogues that controls name ids of. */
export const FRAMEWORKS: (keyof Frameworks)[] = [
  "nist80053",
  "cis",
  "iso27001",
  "soc2",
  "pciDss",
  "mitreAtlas",
  "securityHub",
  "azurePolicy",
  "googlePolicy",
  "checkov",
];

/** All severities. */
export const SEVERITIES: Severity[] = ["critical", "high", "medium", "low"];

/** Reads the configuration. A list with a fault selects nothing by itself: what it means is not clear. */
export function judgeSelection(configured: Record<string, unknown>): { selection: Selection; problems: string[] } {
  const problems: string[] = [];
  const list = (name: keyof Selection, known?: readonly string[]): string[] => {
    const value = configured[name] ?? [];
    if (!Array.isArray(value)) problems.push(`selection.${name} must be a list of text`);
    const items = Array.isArray(value) ? value : [];
    const wrong = items.filter((item) => typeof item !== "string" || item === "" || known?.includes(item) === false);
    for (const item of wrong) {
      problems.push(
        `selection.${name}: ${JSON.stringify(item)} is none of ${known?.join(", ") ?? "aws, aws:sagemaker…"}`,
      );
    }
    return wrong.length === 0 ? (items as string[]) : [];
  };
  const selection = {
    frameworks: list("frameworks", FRAMEWORKS),
    severities: list("severities", SEVERITIES),
    services: list("services"),
  };
  return { selection, problems };
}

/** Whether a control is judged at all. */
export function selectsControl({ frameworks, severities }: Selection, control: Control): boolean {
  const ids = control.frameworks as Record<string, string[] | undefined>;
  const fits = frameworks.length === 0 || frameworks.some((framework) => (ids[framework] ?? []).length > 0);
  return fits && (severities.length === 0 || severities.includes(control.severity));
}

/** Whether resources of a type are judged. */
export function selectsType({ services }: Selection, type: string): boolean {
  if (services.length === 0) return true;
  const token = canonicalType(type);
  return services.some((service) => token.startsWith(service) && /^[:/]/.test(token.slice(service.length)));
}

/** What is left out, as a sentence; undefined when everything is judged. */
export function describeSelection(selection: Selection, controls: Control[]): string | undefined {
  const { frameworks, severities, services } = selection;
  if (frameworks.length + severities.length + services.length === 0) return undefined;
  const judged = controls.filter((control) => selectsControl(selection, control)).length;
  const where = services.length === 0 ? "" : `, on ${services.join(", ")} only`;
  return `${judged} of ${controls.length} controls are judged${where}`;
}
