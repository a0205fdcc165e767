/** The team stacks as the offline preview sees them. */
import { preview } from "../stacks/preview.ts";
import type { PreviewedStack } from "./checkov.ts";

/** Previews every team stack, without policies. Throws when one fails: what it would create is not known then. */
export function previewedStacks(...options: string[]): PreviewedStack[] {
  const { report } = preview(...options);
  const failed = report.stacks.find(({ error }) => error !== undefined);
  if (failed) throw new Error(`${failed.stack} cannot be previewed: ${failed.error}`);
  return report.stacks as unknown as PreviewedStack[];
}
