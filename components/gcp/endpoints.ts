import { ResponsePolicy } from "@pulumi/gcp/dns/responsePolicy.js";
import { ResponsePolicyRule } from "@pulumi/gcp/dns/responsePolicyRule.js";
import type * as pulumi from "@pulumi/pulumi";

/**
 * Google's restricted virtual address: it serves only APIs that VPC Service Controls can protect, and is not announced
 * to the internet (cloud.google.com/vpc-service-controls/docs/private-connectivity).
 */
export const RESTRICTED_RANGE = "199.36.153.4/30";

/** The four addresses of that range. */
export const RESTRICTED_ADDRESSES = [4, 5, 6, 7].map((last) => `199.36.153.${last}`);

/**
 * Every name that notebooks, Vertex AI and their neighbours use: the union of Google's enterprise blueprint, Cloud
 * Foundation Fabric's response policy and the Vertex AI documentation for service perimeters.
 */
export const GOOGLE_NAMES = [
  "*.googleapis.com",
  ...both("gcr.io"),
  ...both("pkg.dev"),
  ...both("notebooks.cloud.google.com"),
  ...both("notebooks.googleusercontent.com"),
  ...both("kernels.googleusercontent.com"),
  "*.aiplatform-notebook.cloud.google.com",
  "*.aiplatform-notebook.googleusercontent.com",
  ...both("dataproc.cloud.google.com"),
  ...both("dataproc.googleusercontent.com"),
  "*.composer.cloud.google.com",
  "*.composer.googleusercontent.com",
  "*.datafusion.cloud.google.com",
  "*.datafusion.googleusercontent.com",
  ...both("backupdr.cloud.google.com"),
  ...both("backupdr.googleusercontent.com"),
  "*.cloudfunctions.net",
  "*.run.app",
  "*.appspot.com",
  "*.cloudproxy.app",
  "appengine.google.com",
  "storage.cloud.google.com",
  "source.developers.google.com",
  ...both("packages.cloud.google.com"),
  "dl.google.com",
  "*.gstatic.com",
  ...both("pki.goog"),
  "*.gke.goog",
  "*.ltsapis.goog",
  "*.prediction.vertexai.goog",
];

/** Sign-in, which the restricted address does not serve; the answer stays the public one, which nothing can reach. */
const BYPASSED_NAME = "accounts.google.com";

/** What {@link createGoogleApiNames} needs to know. */
export interface GoogleApiNamesArgs {
  /** Project id. */
  project: string;
  /** The network whose machines get the answers. A network can have one response policy. */
  network: pulumi.Input<string>;
  /** Start of the policy's name. */
  networkName: string;
}

/**
 * Answers the names of Google APIs with the restricted address.
 *
 * A response policy rather than private zones: one resource for each name instead of three, and names that are not
 * listed keep resolving, where a private zone for `google.com` would hide the rest of it.
 */
export function createGoogleApiNames(name: string, args: GoogleApiNamesArgs, parent: pulumi.Resource): void {
  const { project, network, networkName } = args;
  const policyName = `${networkName}-google-apis`;
  const policy = new ResponsePolicy(
    `${name}-google-apis`,
    { project, responsePolicyName: policyName, networks: [{ networkUrl: network }] },
    { parent },
  );
  const rule = (dnsName: string, answer: object) => {
    const ruleName = dnsName.replace("*", "all").replaceAll(".", "-");
    const ruleArgs = { project, responsePolicy: policyName, ruleName, dnsName: `${dnsName}.`, ...answer };
    return new ResponsePolicyRule(`${name}-dns-${ruleName}`, ruleArgs, { parent, dependsOn: [policy] });
  };
  for (const dnsName of GOOGLE_NAMES) {
    const local = { name: `${dnsName}.`, type: "A", ttl: 300, rrdatas: RESTRICTED_ADDRESSES };
    rule(dnsName, { localData: { localDatas: [local] } });
  }
  rule(BYPASSED_NAME, { behavior: "bypassResponsePolicy" });
}

function both(domain: string): string[] {
  return [domain, `*.${domain}`];
}
