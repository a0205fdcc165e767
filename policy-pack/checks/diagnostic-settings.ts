/** Diagnostic settings of Azure, which send a resource's logs to a place of the customer's. */
import type { StackResource, StackView } from "../control.ts";
import { type Finding, mustBeSet } from "../findings.ts";
import { elementPaths } from "../read.ts";
import { any, is, not, violatesIf } from "./answers.ts";
import { mustHaveCompanion } from "./companions.ts";

/** In each provider: the types of settings, the property that names the resource, and what a setting must hold. */
const NATIVE = {
  types: ["azure-native:monitor:DiagnosticSetting", "azure-native:insights:DiagnosticSetting"],
  path: "resourceUri",
  rule: mustEnableLogs,
};
const CLASSIC = {
  types: ["azure:monitoring/diagnosticSetting:DiagnosticSetting"],
  path: "targetResourceId",
  rule: (props: object) => mustBeSet(props, "enabledLogs", "list"),
};

/** A diagnostic setting of the stack must send logs of the resource, which messages call `what`. */
export function mustSendLogs(resource: StackResource, stack: StackView, what: string): Finding[] {
  const { types, path, rule } = resource.type.startsWith("azure:") ? CLASSIC : NATIVE;
  return mustHaveCompanion(
    resource,
    stack,
    { types, path, keys: ["id"] },
    `no diagnostic setting in this stack is about the ${what}`,
    (setting) => rule(setting.props),
  );
}

/** Each entry of the list names a category, or a group of them, and says whether it is sent. */
function mustEnableLogs(props: object): Finding[] {
  const logs = elementPaths(props, "logs");
  if (!Array.isArray(logs) || logs.length === 0) return mustBeSet(props, "logs", "list");
  const isSent = any(...logs.map((log) => is(props, `${log}.enabled`, true)));
  return violatesIf(not(isSent), "logs holds no category that is enabled");
}
