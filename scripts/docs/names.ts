/** How the reference pages call clouds and catalogues. */
import type { Cloud, Frameworks } from "../../policy-pack/control.ts";

export const CLOUD_NAMES: Record<Cloud, string> = { aws: "AWS", gcp: "Google Cloud", azure: "Azure" };

export const FRAMEWORK_NAMES: Record<keyof Frameworks, string> = {
  nist80053: "NIST SP 800-53 r5",
  cis: "CIS",
  iso27001: "ISO/IEC 27001:2022",
  soc2: "SOC 2",
  pciDss: "PCI DSS 4.0.1",
  mitreAtlas: "MITRE ATLAS",
  securityHub: "AWS Security Hub",
  azurePolicy: "Azure Policy",
  googlePolicy: "Google Cloud organization policy",
  checkov: "Checkov",
};

/** Text in a cell of a Markdown table. */
export function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
