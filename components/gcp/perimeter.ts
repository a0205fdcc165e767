/** The VPC Service Controls perimeter that the workspace's project joins. */
import { ServicePerimeterResource } from "@pulumi/gcp/accesscontextmanager/servicePerimeterResource.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Workspace } from "../spec.ts";
import type { GcpTarget } from "./target.ts";

/**
 * Puts the project into an existing perimeter. Only there do Vertex AI's jobs lose the way to the internet that Google's
 * own gateways give them: "outbound internet traffic will bypass your VPC network" without one, with or without a PSC
 * interface (docs.cloud.google.com/gemini-enterprise-agent-platform/machine-learning/training/psc-i-egress).
 *
 * The perimeter belongs to the organization: it must restrict the services that the workspace uses, and whoever deploys
 * needs the right to change its members.
 * @returns Nothing without `network.perimeter`.
 */
export function joinPerimeter(
  name: string,
  { network }: Workspace,
  { number }: GcpTarget,
  opts: pulumi.ResourceOptions,
): ServicePerimeterResource[] {
  if (!network.perimeter) return [];
  const args = { perimeterName: network.perimeter, resource: `projects/${number}` };
  return [new ServicePerimeterResource(`${name}-perimeter`, args, opts)];
}
