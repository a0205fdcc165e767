/** docs/coverage.md: what is enforced where, by control, cloud and framework. */
import { type Cloud, type Control, cloudsOf, type Frameworks } from "../../policy-pack/control.ts";
import { topics } from "../../policy-pack/controls/index.ts";
import { fixes } from "../../policy-pack/fixes.ts";
import { notJudged } from "../../policy-pack/not-judged.ts";
import { CLOUD_NAMES, cell, FRAMEWORK_NAMES } from "./names.ts";

export const file = "docs/coverage.md";

/** Catalogues that a cloud enforces or checks by itself, at the place that the column names. */
const OWN_ENFORCEMENT: Partial<Record<keyof Frameworks, string>> = {
  azurePolicy: "organization: Azure Policy",
  googlePolicy: "organization: Google Cloud organization policy",
  securityHub: "detection: AWS Security Hub",
};

const CATALOGUES = Object.keys(FRAMEWORK_NAMES) as (keyof Frameworks)[];

export function render(): string {
  const controls = topics.flatMap((topic) => topic.controls);
  return [
    "# Coverage",
    "",
    "<!-- Generated from policy-pack/ by `npm run docs`. -->",
    "",
    "What is enforced where. *Preview* is the policy pack: it blocks before anything exists, by a resource alone or by how it",
    "relates to others of its stack; with *remediate* it can set the value itself. *Organization* names the cloud's own policy",
    "for the same requirement, which also stops what is made without Pulumi, and *detection* the cloud's own check afterwards.",
    "What each control says stands in [controls.md](controls.md).",
    "",
    ...renderTotals(controls),
    ...topics.flatMap((topic) => [`## ${topic.title}`, "", ...renderControls(topic.controls)]),
    "## What no preview shows",
    "",
    "| cloud | requirement | why no policy can judge it | enforced by |",
    "|---|---|---|---|",
    ...notJudged.map(
      ({ cloud, requirement, reason, enforcedBy }) =>
        `| ${CLOUD_NAMES[cloud]} | ${cell(requirement)} | ${cell(reason)} | ${cell(enforcedBy)} |`,
    ),
    "",
  ].join("\n");
}

function renderTotals(controls: Control[]): string[] {
  const rows = CATALOGUES.map((catalogue) => {
    const ids = new Set(controls.flatMap((control) => control.frameworks[catalogue] ?? []));
    const count = controls.filter((control) => control.frameworks[catalogue] !== undefined).length;
    return `| ${FRAMEWORK_NAMES[catalogue]} | ${count} | ${ids.size} |`;
  });
  return ["| catalogue | controls | ids |", "|---|---|---|", ...rows, ""];
}

function renderControls(controls: Control[]): string[] {
  const rows = controls.flatMap((control) => cloudsOf(control).map((cloud) => renderRow(control, cloud)));
  return ["| control | cloud | enforced at | frameworks |", "|---|---|---|---|", ...rows, ""];
}

function renderRow(control: Control, cloud: Cloud): string {
  const places = [...previewOf(control, cloud), ...ownEnforcement(control, cloud)].join("<br>");
  const ids = CATALOGUES.flatMap((catalogue) => {
    const list = control.frameworks[catalogue];
    return list === undefined || catalogue in OWN_ENFORCEMENT
      ? []
      : [`${FRAMEWORK_NAMES[catalogue]} ${list.join(", ")}`];
  });
  return `| [${control.id}](controls.md#${control.id}) | ${CLOUD_NAMES[cloud]} | ${places} | ${cell(ids.join("; "))} |`;
}

function previewOf(control: Control, cloud: Cloud): string[] {
  const alone = control.checks?.[cloud] !== undefined;
  const types = (control.checks?.[cloud] ?? []).flatMap((check) => check.types);
  const fixed = types.some((type) => fixes[control.id]?.[type] !== undefined);
  const kinds = [alone && "resource", control.stackChecks?.[cloud] && "stack", fixed && "remediate"].filter(Boolean);
  return [`preview: ${kinds.join(", ")}`];
}

/** An id belongs to one cloud: each of these catalogues is a cloud's own. */
function ownEnforcement(control: Control, cloud: Cloud): string[] {
  const catalogue = ({ aws: "securityHub", gcp: "googlePolicy", azure: "azurePolicy" } as const)[cloud];
  const ids = control.frameworks[catalogue];
  return ids === undefined ? [] : [`${OWN_ENFORCEMENT[catalogue]} ${ids.join(", ")}`];
}
