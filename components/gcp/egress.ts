import { Repository } from "@pulumi/gcp/artifactregistry/repository.js";
import { RepositoryIamMember } from "@pulumi/gcp/artifactregistry/repositoryIamMember.js";
import { Route } from "@pulumi/gcp/compute/route.js";
import { Subnetwork } from "@pulumi/gcp/compute/subnetwork.js";
import { GatewaySecurityPolicy } from "@pulumi/gcp/networksecurity/gatewaySecurityPolicy.js";
import { GatewaySecurityPolicyRule } from "@pulumi/gcp/networksecurity/gatewaySecurityPolicyRule.js";
import { UrlList } from "@pulumi/gcp/networksecurity/urlList.js";
import { Gateway } from "@pulumi/gcp/networkservices/gateway.js";
import * as pulumi from "@pulumi/pulumi";
import { parseCidr, subnetOf } from "../cidr.ts";
import { fit } from "../names.ts";
import { allowEgress, createRule, type PrivateNetwork } from "./network.ts";
import { serviceAccountMember } from "./target.ts";

/** Port on which the proxy listens. */
const PROXY_PORT = 8080;

/** How long a package is cached, in days. */
const CACHE_DAYS = 90;

/** Arguments of {@link PackageMirror}. */
export interface PackageMirrorArgs {
  /** Project id. */
  project: string;
  /** Region. */
  location: string;
  /** Resource name of the key that encrypts the cached packages. */
  keyId: pulumi.Input<string>;
  /**
   * Name of the repository.
   * @default the component's name, cut to 63 characters
   */
  repositoryName?: string;
}

/**
 * A private mirror of the Python Package Index. Artifact Registry fetches packages itself, outside the network, and
 * serves them at the restricted address: notebooks need neither NAT nor a route to the internet.
 */
export class PackageMirror extends pulumi.ComponentResource {
  /** Index URL for pip. It follows from the arguments, so it is known at preview. */
  readonly indexUrl: string;
  private readonly name: string;
  private readonly args: PackageMirrorArgs;
  private readonly repositoryName: string;
  private readonly repository: Repository;

  constructor(name: string, args: PackageMirrorArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secure-ml-workspace:gcp:PackageMirror", name, {}, opts);
    const { project, location, keyId } = args;
    this.name = name;
    this.args = args;
    this.repositoryName = args.repositoryName ?? fit(name, 63);
    this.repository = new Repository(
      name,
      {
        project,
        location,
        repositoryId: this.repositoryName,
        format: "PYTHON",
        mode: "REMOTE_REPOSITORY",
        kmsKeyName: keyId,
        remoteRepositoryConfig: { pythonRepository: { publicRepository: "PYPI" } },
        // The repository is a cache: what has been in it for long is fetched again, with the fixes that it got meanwhile.
        cleanupPolicies: [{ id: "stale", action: "DELETE", condition: { olderThan: `${CACHE_DAYS * 86400}s` } }],
        cleanupPolicyDryRun: false,
      },
      { parent: this },
    );
    this.indexUrl = indexUrl(location, project, this.repositoryName);
    this.registerOutputs({ indexUrl: this.indexUrl });
  }

  /**
   * Lets a service account install packages.
   * @param grantee Short name for the grant's resource name.
   */
  grantRead(grantee: string, email: string, dependsOn: pulumi.Resource[]): RepositoryIamMember {
    return new RepositoryIamMember(
      `${this.name}-${grantee}`,
      {
        project: this.args.project,
        location: this.args.location,
        repository: this.repositoryName,
        role: "roles/artifactregistry.reader",
        member: serviceAccountMember(email),
      },
      { parent: this, dependsOn: [this.repository, ...dependsOn] },
    );
  }
}

/** Index URL for pip of a repository of Python packages. */
export function indexUrl(location: string, project: string, repositoryName: string): string {
  return `https://${location}-python.pkg.dev/${project}/${repositoryName}/simple/`;
}

/** Arguments of {@link WebProxy}. */
export interface WebProxyArgs {
  /** Project id. */
  project: string;
  /** Region. */
  region: string;
  /** Range of the network, of which the proxy takes the third quarter and a part of the fourth. */
  cidr: string;
  /** Start of every name, at most 40 characters. */
  networkName: string;
  /** Hosts that may be reached: `github.com` or `*.example.com`. Everything else is refused. */
  approvedHosts: string[];
}

/**
 * Secure Web Proxy: the only way out, for the approved hosts only.
 *
 * Firewall rules that name hosts cannot take wildcards and trust DNS answers, so they are not used. The proxy is an
 * explicit one: machines get one more firewall rule, to the proxy's address, and everything else stays denied. The proxy
 * brings a Cloud NAT of its own that serves proxies only, no machines, and needs the default route for it.
 */
export class WebProxy extends pulumi.ComponentResource {
  /** The proxy's URL, known at preview. */
  readonly proxyUrl: string;

  constructor(name: string, args: WebProxyArgs, network: PrivateNetwork, opts?: pulumi.ComponentResourceOptions) {
    super("secure-ml-workspace:gcp:WebProxy", name, {}, opts);
    const { project, region, networkName } = args;
    const ranges = proxyRanges(args.cidr);
    const networkId = network.network.id;
    const place = { project, region, network: networkId };
    const proxies = new Subnetwork(
      `${name}-proxies`,
      {
        ...place,
        name: `${networkName}-proxies`,
        ipCidrRange: ranges.proxies,
        purpose: "REGIONAL_MANAGED_PROXY",
        role: "ACTIVE",
      },
      { parent: this },
    );
    const entrance = new Subnetwork(
      `${name}-entrance`,
      {
        ...place,
        name: `${networkName}-proxy`,
        ipCidrRange: ranges.entrance,
        stackType: "IPV4_ONLY",
        privateIpGoogleAccess: true,
        logConfig: { aggregationInterval: "INTERVAL_5_SEC", flowSampling: 1, metadata: "INCLUDE_ALL_METADATA" },
      },
      { parent: this },
    );
    const route = new Route(
      `${name}-nat`,
      {
        project,
        name: `${networkName}-proxy-nat`,
        network: networkId,
        destRange: "0.0.0.0/0",
        nextHopGateway: "default-internet-gateway",
        priority: 1000,
      },
      { parent: this },
    );
    const rule = createRule(
      `${name}-allow-proxy`,
      "allow-proxy",
      { project, network: networkId, networkName },
      allowEgress(`${ranges.address}/32`, PROXY_PORT),
      this,
    );
    const policy = this.createPolicy(name, args);
    new Gateway(
      name,
      {
        project,
        location: region,
        name: `${networkName}-proxy`,
        type: "SECURE_WEB_GATEWAY",
        routingMode: "EXPLICIT_ROUTING_MODE",
        addresses: [ranges.address],
        ports: [PROXY_PORT],
        scope: fit(`${networkName}-proxy`, 64),
        network: network.networkPath,
        subnetwork: `projects/${project}/regions/${region}/subnetworks/${networkName}-proxy`,
        gatewaySecurityPolicy: policy.id,
        deleteSwgAutogenRouterOnDestroy: true,
      },
      { parent: this, dependsOn: [proxies, entrance, route, rule, policy] },
    );
    this.proxyUrl = `http://${ranges.address}:${PROXY_PORT}`;
    this.registerOutputs({ proxyUrl: this.proxyUrl });
  }

  /** One rule that allows the listed hosts; a policy refuses what no rule allows. */
  private createPolicy(name: string, { project, region, networkName, approvedHosts }: WebProxyArgs) {
    const place = { project, location: region };
    const policyName = `${networkName}-proxy`;
    const policy = new GatewaySecurityPolicy(`${name}-policy`, { ...place, name: policyName }, { parent: this });
    const list = new UrlList(
      `${name}-hosts`,
      { ...place, name: `${networkName}-hosts`, values: [...approvedHosts].sort() },
      { parent: this },
    );
    new GatewaySecurityPolicyRule(
      `${name}-approved-hosts`,
      {
        ...place,
        name: "approved-hosts",
        gatewaySecurityPolicy: policyName,
        enabled: true,
        priority: 1,
        sessionMatcher: `inUrlList(host(), 'projects/${project}/locations/${region}/urlLists/${networkName}-hosts')`,
        basicProfile: "ALLOW",
      },
      { parent: this, dependsOn: [policy, list] },
    );
    return policy;
  }
}

/** The parts of the network's range that the proxy takes, and its address. */
export function proxyRanges(cidr: string): { proxies: string; entrance: string; address: string } {
  const prefix = parseCidr(cidr)?.prefix ?? 32;
  const entrance = subnetOf(cidr, prefix + 3, 6);
  return { proxies: subnetOf(cidr, prefix + 2, 2), entrance, address: addressIn(entrance, 10) };
}

/** The `index`-th address of a range, without its prefix. */
function addressIn(cidr: string, index: number): string {
  return subnetOf(cidr, 32, index).replace("/32", "");
}
