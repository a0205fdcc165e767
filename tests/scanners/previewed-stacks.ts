/** The stacks that Checkov judges, as the offline preview sees them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { stringify } from "yaml";
import { CONFIG_KEY, type NamedSpec, variantSpecs } from "../components/specs.ts";
import { preview } from "../stacks/preview.ts";
import type { PreviewedStack } from "./checkov.ts";

/** Variants that create what no team stack creates. */
const VARIANTS = /, (egress packages|restricted data)$/;

/** Every team stack, and the variants that create more. Throws when one fails: what it would create is not known then. */
export function previewedStacks(): PreviewedStack[] {
  const variants = variantSpecs().filter(({ name }) => VARIANTS.test(name));
  return [...previewed(), ...inProjectOf(variants, (folder) => previewed("--cwd", folder))];
}

/** Previews without policies. */
function previewed(...options: string[]): PreviewedStack[] {
  const { report } = preview(...options);
  const failed = report.stacks.find(({ error }) => error !== undefined);
  if (failed) throw new Error(`${failed.stack} cannot be previewed: ${failed.error}`);
  return report.stacks as unknown as PreviewedStack[];
}

/** Runs `use` with the folder of a project that has a stack for each spec and the program of this repository. */
function inProjectOf<T>(specs: NamedSpec[], use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "variants-"));
  try {
    const runtime = { name: "nodejs", options: { typescript: false } };
    const project = { name: "secure-ml-workspaces", runtime, main: resolve("stacks/index.ts") };
    writeFileSync(join(folder, "Pulumi.yaml"), stringify(project));
    for (const { name, spec } of specs) {
      const stack = { config: { [CONFIG_KEY]: spec } };
      writeFileSync(join(folder, `Pulumi.${name.replace(/[^a-z]+/g, "-")}.yaml`), stringify(stack));
    }
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
