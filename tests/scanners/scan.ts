/** `npm run scan`: Checkov against what the components create, with every finding and its explanation. Exit 1 if one is missing. */
import { type PreviewedStack, scan } from "./checkov.ts";
import { compare, explains, explanations } from "./explained.ts";
import { previewedStacks } from "./previewed-stacks.ts";

function report(stacks: PreviewedStack[]): number {
  const { findings, evaluated } = scan(stacks);
  const rules = [...evaluated.values()].reduce((sum, { size }) => sum + size, 0);
  const explained = explanations();
  for (const entry of explained) {
    const found = findings.filter((finding) => explains(entry, finding));
    console.log(`${entry.rule} wants ${entry.wants}: ${found.length} × ${entry.type}\n  ${entry.reason}\n`);
  }
  const problems = compare(findings, explained);
  for (const problem of problems) console.error(problem);
  console.log(
    `${stacks.length} stacks, ${evaluated.size} resource types with ${rules} rules: ` +
      `${findings.length} findings, ${problems.length} unexplained or stale`,
  );
  return problems.length > 0 ? 1 : 0;
}

process.exitCode = report(previewedStacks());
