import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup.js";
import { VpcEndpoint } from "@pulumi/aws/ec2/vpcEndpoint.js";
import { SecurityGroupEgressRule } from "@pulumi/aws/vpc/securityGroupEgressRule.js";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule.js";
import * as pulumi from "@pulumi/pulumi";
import { fit } from "../names.ts";
import { S3_LIST, S3_READ_OBJECTS, S3_WRITE_OBJECTS } from "./actions.ts";
import { endpointServices } from "./endpoint-services.ts";
import { endpointStatements, ownIdentities, ownResources } from "./perimeter.ts";
import { policyDocument, type Statement } from "./policy.ts";
import { bucketArn, bucketPath, type Target } from "./target.ts";

/** Private endpoints in a network, new or existing, and the security groups of what uses them. */
export interface PrivateEndpointsArgs {
  /** AWS account id. */
  accountId: string;
  /** Region of the network. */
  region: string;
  /**
   * AWS Organizations id. Endpoints then admit identities and resources of the organization.
   * @default only those of the account
   */
  organizationId?: string;
  /** Name that the security groups' names begin with. */
  networkName: string;
  /** Id of the VPC. */
  vpcId: pulumi.Input<string>;
  /** Private subnets that get the endpoints. */
  subnetIds: pulumi.Input<string>[];
  /**
   * Route tables that get the S3 endpoint. Without any, no S3 endpoint is created.
   * @default []
   */
  routeTableIds?: pulumi.Input<string>[];
  /** Buckets that may be reached through the S3 endpoint; they must also belong to the account or organization. */
  bucketNames: pulumi.Input<string>[];
  /**
   * Whether the endpoints of the private package mirror are needed.
   * @default false
   */
  packages?: boolean;
  /**
   * Whether workloads may open TLS connections to addresses outside, which the network's firewall then judges.
   * @default false
   */
  outbound?: boolean;
}

/** Interface endpoints, the S3 gateway endpoint, and two security groups: one for workloads, one for the endpoints. */
export class PrivateEndpoints extends pulumi.ComponentResource {
  /** Security group of notebooks and jobs. */
  readonly workloadSecurityGroupId: pulumi.Output<string>;
  /** Security group of the interface endpoints. */
  readonly endpointSecurityGroupId: pulumi.Output<string>;
  /** Prefix list of the S3 endpoint's addresses, where there is an S3 endpoint. */
  readonly storagePrefixListId?: pulumi.Output<string>;
  /** Ids of the interface endpoints, by short name such as `sagemaker-api`. */
  readonly endpointIds: Record<string, pulumi.Output<string>>;

  /**
   * @param name Name of the component; its children's names begin with it.
   * @param args Network, buckets and perimeter.
   * @param opts Resource options.
   */
  constructor(name: string, args: PrivateEndpointsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secure-ml-workspace:aws:PrivateEndpoints", name, {}, opts);
    const workloads = this.securityGroup(name, "workloads", "Notebooks and jobs", args);
    const endpoints = this.securityGroup(name, "endpoints", "Private endpoints of AWS services", args);
    this.allowAmongWorkloads(name, workloads.id);
    this.allowToEndpoints(name, workloads.id, endpoints.id);
    const storage = args.routeTableIds?.length ? this.createStorageEndpoint(name, args) : undefined;
    if (storage) this.allowToStorage(name, workloads.id, storage);
    if (args.outbound) this.allowOutside(name, workloads.id);
    this.endpointIds = this.createInterfaces(name, endpoints.id, args);
    this.workloadSecurityGroupId = workloads.id;
    this.endpointSecurityGroupId = endpoints.id;
    this.storagePrefixListId = storage?.prefixListId;
    this.registerOutputs({ workloadSecurityGroupId: this.workloadSecurityGroupId, endpointIds: this.endpointIds });
  }

  private securityGroup(name: string, kind: string, description: string, args: PrivateEndpointsArgs): SecurityGroup {
    const label = fit(`${args.networkName}-${kind}`, 255);
    // Rules are resources of their own, so that a group begins without any: also without AWS's open outbound rule.
    const settings = { name: label, description, vpcId: args.vpcId, tags: { Name: label } };
    return new SecurityGroup(`${name}-${kind}`, settings, { parent: this });
  }

  /**
   * What parts of one workload say to each other (SageMaker developer guide): NFS, applications and distributed
   * training, and the two protocols of encrypted inter-container traffic, which jobs must use.
   */
  private allowAmongWorkloads(name: string, group: pulumi.Output<string>): void {
    const traffic = [
      { kind: "nfs", ipProtocol: "tcp", fromPort: 2049, toPort: 2049, description: "Home directories" },
      { kind: "apps", ipProtocol: "tcp", fromPort: 8192, toPort: 65535, description: "Applications and training" },
      { kind: "ike", ipProtocol: "udp", fromPort: 500, toPort: 500, description: "Encrypted training: key exchange" },
      { kind: "esp", ipProtocol: "50", description: "Encrypted training: payload" },
    ];
    for (const { kind, ...rule } of traffic) {
      const ends = { securityGroupId: group, referencedSecurityGroupId: group, ...rule };
      new SecurityGroupIngressRule(`${name}-from-workloads-${kind}`, ends, { parent: this });
      new SecurityGroupEgressRule(`${name}-to-workloads-${kind}`, ends, { parent: this });
    }
  }

  private allowToEndpoints(name: string, workloads: pulumi.Output<string>, endpoints: pulumi.Output<string>): void {
    const https = { ipProtocol: "tcp", fromPort: 443, toPort: 443 };
    const toEndpoints = { securityGroupId: workloads, referencedSecurityGroupId: endpoints };
    new SecurityGroupEgressRule(
      `${name}-to-endpoints`,
      { ...toEndpoints, ...https, description: "AWS services through their private endpoints" },
      { parent: this },
    );
    const fromWorkloads = { securityGroupId: endpoints, referencedSecurityGroupId: workloads };
    new SecurityGroupIngressRule(
      `${name}-endpoints-from-workloads`,
      { ...fromWorkloads, ...https, description: "Notebooks and jobs" },
      { parent: this },
    );
  }

  private allowToStorage(name: string, group: pulumi.Output<string>, endpoint: VpcEndpoint): void {
    const https = { ipProtocol: "tcp", fromPort: 443, toPort: 443 };
    const rule = { securityGroupId: group, prefixListId: endpoint.prefixListId, ...https };
    new SecurityGroupEgressRule(
      `${name}-to-s3`,
      { ...rule, description: "S3 through its gateway endpoint" },
      { parent: this },
    );
  }

  private allowOutside(name: string, group: pulumi.Output<string>): void {
    const https = { ipProtocol: "tcp", fromPort: 443, toPort: 443 };
    new SecurityGroupEgressRule(
      `${name}-to-firewall`,
      { securityGroupId: group, cidrIpv4: "0.0.0.0/0", ...https, description: "Approved hosts through the firewall" },
      { parent: this },
    );
  }

  private createStorageEndpoint(name: string, args: PrivateEndpointsArgs): VpcEndpoint {
    return new VpcEndpoint(
      `${name}-s3`,
      {
        vpcId: args.vpcId,
        serviceName: `com.amazonaws.${args.region}.s3`,
        vpcEndpointType: "Gateway",
        routeTableIds: args.routeTableIds,
        policy: policyDocument(storageStatements(args, args.bucketNames)),
        tags: { Name: `${args.networkName}-s3` },
      },
      { parent: this },
    );
  }

  private createInterfaces(
    name: string,
    group: pulumi.Output<string>,
    args: PrivateEndpointsArgs,
  ): Record<string, pulumi.Output<string>> {
    const services = endpointServices(args, args.packages ?? false);
    const created = services.map((service) => {
      const endpoint = new VpcEndpoint(
        `${name}-${service.name}`,
        {
          vpcId: args.vpcId,
          serviceName: service.serviceName,
          vpcEndpointType: "Interface",
          privateDnsEnabled: true,
          subnetIds: args.subnetIds,
          securityGroupIds: [group],
          policy: policyDocument(endpointStatements(args, service.actions)),
          tags: { Name: `${args.networkName}-${service.name}` },
        },
        { parent: this },
      );
      return [service.name, endpoint.id] as const;
    });
    return Object.fromEntries(created);
  }
}

/**
 * What the S3 endpoint lets through: the workspace's buckets, as long as bucket and caller belong to the organization
 * or account, and the one bucket of AWS that holds image layers, read only. A bucket that merely has "sagemaker" in its
 * name, as public samples allow it, would be a way out.
 */
export function storageStatements(target: Target, bucketNames: pulumi.Input<string>[]): Statement[] {
  const path = (suffix: string) => bucketNames.map((bucket) => bucketPath(target, bucket, suffix));
  const own = { StringEquals: { ...ownIdentities(target), ...ownResources(target) } };
  return [
    {
      Sid: "OwnIdentitiesOnOwnObjects",
      Effect: "Allow",
      Principal: "*",
      Action: [...S3_READ_OBJECTS, ...S3_WRITE_OBJECTS],
      Resource: path("/*"),
      Condition: own,
    },
    {
      Sid: "OwnIdentitiesOnOwnBuckets",
      Effect: "Allow",
      Principal: "*",
      Action: S3_LIST,
      Resource: path(""),
      Condition: own,
    },
    {
      // ECR hands out presigned links of its own identity, so the caller cannot be narrowed (ECR user guide, "Minimum
      // Amazon S3 bucket permissions").
      Sid: "ImageLayersOfTheRegistry",
      Effect: "Allow",
      Principal: "*",
      Action: "s3:GetObject",
      Resource: bucketArn(target, `prod-${target.region}-starport-layer-bucket/*`),
    },
  ];
}
