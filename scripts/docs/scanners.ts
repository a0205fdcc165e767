/** docs/scanners.md: how to scan, and every finding with its reason, from tests/scanners/explained.json. */
import { type Explanation, explanations } from "../../tests/scanners/explained.ts";

export const file = "docs/scanners.md";

const CLOUDS: [string, RegExp][] = [
  ["AWS", /^aws_/],
  ["Google Cloud", /^google_/],
  ["Azure", /^azurerm_/],
];

export function render(): string {
  return `<!-- Generated from tests/scanners/explained.json by \`npm run docs\`. -->
# Scanners

[Checkov](https://www.checkov.io) judges what the components create, as a second opinion beside the policy pack. It reads
Terraform and not Pulumi, so the resources of the offline preview are first said in Terraform's words
(\`offline-preview/export\`). All of Checkov's rules for Terraform run: those for SageMaker, Vertex AI Workbench and
Azure Machine Learning, and those for the storage, keys, identities, networks and registries around them. It judges every
team stack, and a stack with package egress and one with restricted data on each cloud.

    make scan

installs Checkov (pinned, with hashes) under \`.cache/\` and prints every finding with its explanation. \`make test\` runs
the same as a test, which fails

- on a finding that is not explained in \`tests/scanners/explained.json\`;
- on an explanation whose finding is gone;
- when a rule of Checkov's for a machine learning type was not evaluated;
- when one of the holes that the test opens in the export (a notebook with a public IP address, a workspace without a
  key, a bucket that may become public, …) is not found.

What a scanner of Terraform cannot see: values that only the cloud gives (they are exported as references), Azure types
that azurerm has and Checkov has no rule for, and conditions between resources. The policy pack and the simulations in
\`tests/components\` judge those.

## Explained findings

Everything else passes.
${CLOUDS.map(([cloud, types]) => section(cloud, types)).join("")}`;
}

function section(cloud: string, types: RegExp): string {
  const rows = explanations().filter(({ type }) => types.test(type));
  return `
### ${cloud}

| Rule | Wants | On | Why not here |
|---|---|---|---|
${rows.map(row).join("\n")}
`;
}

function row({ rule, type, resources, wants, reason }: Explanation): string {
  const on = resources.map((pattern) => (pattern === "*" ? `every \`${type}\`` : `\`${type}\` \`${pattern}\``));
  return `| ${rule} | ${wants} | ${on.join(", ")} | ${reason} |`;
}
