/** docs/controls.md: the reference of the policy pack's controls. */
import {
  type Check,
  type Cloud,
  type Control,
  cloudsOf,
  defaultLevel,
  type Frameworks,
  type Parameter,
  type StackCheck,
  type Topic,
} from "../../policy-pack/control.ts";
import { topics } from "../../policy-pack/controls/index.ts";
import { MAX_EXEMPTION_DAYS } from "../../policy-pack/exemptions.ts";
import { type Fix, fixes } from "../../policy-pack/fixes.ts";
import { CLOUD_NAMES, cell, FRAMEWORK_NAMES } from "./names.ts";

export const file = "docs/controls.md";

export function render(): string {
  const count = topics.reduce((sum, topic) => sum + topic.controls.length, 0);
  return [
    "# Controls",
    "",
    "<!-- Generated from policy-pack/controls by `npm run docs`. -->",
    "",
    `The policy pack holds ${count} controls. Critical and high ones are mandatory, the others advisory, unless the pack's`,
    "configuration says otherwise. (The key `all` sets the level of every policy, that of `exemption-in-force` too; set that",
    "one back to `advisory` beside it.)",
    "",
    "```json",
    JSON.stringify({ "notebook-idle-shutdown": { enforcementLevel: "mandatory", maxIdleMinutes: 60 } }, null, 2),
    "```",
    "",
    "What a resource leaves out is judged by the cloud's default. A value that is not known yet counts as set where it only",
    "must be set; where its content decides, the preview reports that the policy could not be decided, and the same policy",
    "decides during the update, before the resource is created.",
    "",
    `Controls that are not critical can be exempted for one resource, for at most ${MAX_EXEMPTION_DAYS} days, in the same configuration. Every`,
    "exemption in force is reported; one that is incomplete, expired or not allowed exempts nothing and is a violation.",
    "`resource` is a URN (`urn:pulumi:<stack>::<project>::<type>::<name>`) in which `*` stands for any text within one of the",
    "four parts, or short, such as `*::legacy-1`, for a name in any stack, project and type. Prefer all four parts.",
    "",
    "```json",
    JSON.stringify(EXEMPTION_EXAMPLE, null, 2),
    "```",
    "",
    ...topics.flatMap(renderSummary),
    ...topics.flatMap(renderTopic),
  ].join("\n");
}

const EXEMPTION_EXAMPLE = {
  exemptions: {
    exemptions: [
      {
        control: "notebook-root-disabled",
        resource: "urn:pulumi:dev::*::aws:sagemaker/notebookInstance:NotebookInstance::legacy-*",
        reason: "The vendor's image installs its licence as root until its next release",
        owner: "ml-platform@example.com",
        expires: "2026-06-30",
      },
    ],
  },
};

function renderSummary({ title, controls }: Topic): string[] {
  const rows = controls.map((control) => {
    const clouds = cloudsOf(control).map((cloud) => CLOUD_NAMES[cloud]);
    return `| [${control.id}](#${control.id}) | ${cell(control.title)} | ${control.severity} | ${clouds.join(", ")} |`;
  });
  return [`**${title}**`, "", "| control | requirement | severity | clouds |", "|---|---|---|---|", ...rows, ""];
}

function renderTopic({ title, controls }: Topic): string[] {
  return [`## ${title}`, "", ...controls.flatMap(renderControl)];
}

function renderControl(control: Control): string[] {
  return [
    `### ${control.id}`,
    "",
    `**${control.title}.** Severity ${control.severity}, ${defaultLevel(control.severity)} by default.`,
    "",
    `- Why: ${control.why}`,
    `- Remedy: ${control.remedy}`,
    `- Frameworks: ${renderFrameworks(control.frameworks)}`,
    ...(control.url ? [`- Read more: <${control.url}>`] : []),
    "",
    ...renderChecks(control),
    ...renderParameters(control.parameters),
    ...renderFixes(fixes[control.id]),
  ];
}

function renderChecks(control: Control): string[] {
  const rows = cloudsOf(control).flatMap((cloud) => [
    ...(control.checks?.[cloud] ?? []).map((check) => checkRow(cloud, check)),
    ...(control.stackChecks?.[cloud] ?? []).map((check) => stackCheckRow(cloud, check)),
  ]);
  return ["| cloud | type | when left out, or required in the stack |", "|---|---|---|", ...rows, ""];
}

function checkRow(cloud: Cloud, { types, whenAbsent, cloudDefault }: Check): string {
  return `| ${CLOUD_NAMES[cloud]} | ${code(types)} | ${whenAbsent}: ${cell(cloudDefault)} |`;
}

function stackCheckRow(cloud: Cloud, { types, requires }: StackCheck): string {
  return `| ${CLOUD_NAMES[cloud]} | ${code(types)} | requires ${cell(requires)} |`;
}

function renderParameters(parameters: Record<string, Parameter> = {}): string[] {
  const rows = Object.entries(parameters).map(
    ([name, { type, default: value, description }]) =>
      `| \`${name}\` | ${type} | \`${JSON.stringify(value)}\` | ${cell(description)} |`,
  );
  return rows.length > 0 ? ["| parameter | type | default | meaning |", "|---|---|---|---|", ...rows, ""] : [];
}

function renderFixes(byType: Record<string, Fix[]> = {}): string[] {
  const rows = Object.entries(byType).map(([type, list]) => {
    const settings = list.map(({ path, value }) => `\`${path}\` = \`${JSON.stringify(value)}\``);
    return `| ${code([type])} | ${settings.join("<br>")} |`;
  });
  return rows.length > 0 ? ["| at level `remediate` | sets |", "|---|---|", ...rows, ""] : [];
}

function renderFrameworks(frameworks: Frameworks): string {
  return Object.entries(FRAMEWORK_NAMES)
    .flatMap(([key, name]) => {
      const ids = frameworks[key as keyof Frameworks];
      return ids ? [`${name} ${ids.join(", ")}`] : [];
    })
    .join("; ");
}

function code(types: string[]): string {
  return types.map((type) => `\`${type}\``).join("<br>");
}
