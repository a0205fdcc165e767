/** What workloads may reach from the workspace's managed network, beyond what Azure ML itself requires. */
import type * as pulumi from "@pulumi/pulumi";
import { fit, shortHash } from "../names.ts";
import type { Workspace } from "../spec.ts";

/**
 * Where pip downloads from. Azure has no package mirror that a workspace could create (Azure Artifacts belongs to an
 * Azure DevOps organization, and a registry's cache rules serve images only), so these two hosts are opened by name.
 * Neither of them takes uploads: those go to upload.pypi.org.
 */
const PACKAGE_HOSTS = ["pypi.org", "files.pythonhosted.org"];

/** A rule of the managed network, as the API wants it. */
export interface OutboundRule {
  category: "UserDefined";
  type: "FQDN" | "PrivateEndpoint";
}

/** Opens one host name, on ports 80 and 443 through the managed firewall. */
interface HostRule extends OutboundRule {
  type: "FQDN";
  destination: string;
}

/** Makes a private endpoint from the managed network to a resource. */
interface EndpointRule extends OutboundRule {
  type: "PrivateEndpoint";
  destination: {
    serviceResourceId: pulumi.Input<string>;
    subresourceTarget: string;
    sparkEnabled: boolean;
  };
  /** Host names that lead to the endpoint, for services that have none of their own. */
  fqdns?: string[];
}

/** Rules by name. */
export type OutboundRules = Record<string, HostRule | EndpointRule>;

/** A resource that jobs reach by a private endpoint of the managed network, beside the data stores. */
export interface PrivateTarget {
  /** Name of the rule. */
  label: string;
  /** Id of the resource. */
  serviceId: pulumi.Input<string>;
  /** Sub-resource. */
  group: string;
  /** Host names that lead to it, where Azure knows none. */
  hosts?: string[];
  /** GUID of the role with which Azure ML approves its own endpoint; none where the resource's owner approves it. */
  approverRole?: string;
  /** Resources that must exist before the endpoint; none for something that exists already. */
  usable: pulumi.Resource[];
}

/** The rules for what steps reach. */
export function targetRules(targets: PrivateTarget[]): OutboundRules {
  const rules: OutboundRules = {};
  for (const { label, serviceId, group, hosts } of targets) {
    rules[label] = { ...endpointRule(serviceId, group), ...(hosts ? { fqdns: hosts } : {}) };
  }
  return rules;
}

/** The rules for host names that the spec's egress asks for. */
export function hostRules({ network }: Workspace): OutboundRules {
  const rules: OutboundRules = {};
  for (const host of hostsOf(network)) {
    rules[ruleName(host)] = { category: "UserDefined", type: "FQDN", destination: host };
  }
  return rules;
}

/** A rule for a private endpoint to one sub-resource of a storage account. */
export function endpointRule(serviceResourceId: pulumi.Input<string>, subresourceTarget: string): EndpointRule {
  return {
    category: "UserDefined",
    type: "PrivateEndpoint",
    destination: { serviceResourceId, subresourceTarget, sparkEnabled: false },
  };
}

function hostsOf(network: Workspace["network"]): string[] {
  if (network.egress === "packages") return PACKAGE_HOSTS;
  return network.egress === "approved" ? network.approvedHosts : [];
}

/** Rule names take letters, digits and hyphens; `*.a.com` and `a.com` must not get the same one. */
function ruleName(host: string): string {
  const slug = host.replaceAll(/[^a-z0-9]+/g, "-").replace(/^-/, "");
  return fit(host.startsWith("*") ? `${slug}-${shortHash(host)}` : slug, 60);
}
