/** Private endpoints of Azure, and what they lead to. */
import type { StackResource, StackView } from "../control.ts";
import { type Finding, violation } from "../findings.ts";
import { type Answer, any } from "./answers.ts";
import { anyRefers, refers } from "./relations.ts";

/** Private endpoints. */
export const PRIVATE_ENDPOINT = "azure-native:network:PrivateEndpoint";
/** Private endpoints of the classic provider. */
export const CLASSIC_ENDPOINT = "azure:privatelink/endpoint:Endpoint";

/** A private endpoint of the stack must lead to the resource, which messages call `what`. */
export function mustHavePrivateEndpoint(resource: StackResource, stack: StackView, what: string): Finding[] {
  const endpoints = stack.ofType(PRIVATE_ENDPOINT, CLASSIC_ENDPOINT);
  const found = any(...endpoints.map((endpoint) => leadsTo(endpoint, resource)));
  if (found === false) return [violation(`no private endpoint in this stack leads to the ${what}`)];
  return found === true ? [] : [{ kind: "undecided", path: found.path, cause: found.cause }];
}

/** Whether a private endpoint leads to the resource. */
export function leadsTo(endpoint: StackResource, resource: StackResource): Answer {
  if (endpoint.type === CLASSIC_ENDPOINT) {
    return refers(endpoint, "privateServiceConnection.privateConnectionResourceId", resource, ["id"]);
  }
  const lists = ["privateLinkServiceConnections", "manualPrivateLinkServiceConnections"];
  return any(...lists.map((list) => anyRefers(endpoint, list, "privateLinkServiceId", resource, ["id"])));
}
