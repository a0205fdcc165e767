import * as pulumi from "@pulumi/pulumi";
import type {
  DatabaseOutputs,
  DataStoreOutputs,
  Gap,
  IdentityOutputs,
  ImageOutputs,
  KeyOutputs,
  KeyPurpose,
  MlWorkspaceOutputs,
  NetworkOutputs,
  NotebookOutputs,
  ParameterOutputs,
  PipelineOutputs,
  Platform,
  SecretOutputs,
} from "../platform.ts";
import { keyPurposesOf } from "../platform.ts";
import { InvalidInputError } from "../problems.ts";
import type { Workspace } from "../spec.ts";
import { refuseTraining } from "../unsupported.ts";
import { DataStore } from "./data-stores.ts";
import { PrivateEndpoints } from "./endpoints.ts";
import type { DataAccessArgs } from "./identities.ts";
import { CustomerManagedKey } from "./keys.ts";
import { LogStores, retentionPeriod } from "./logs.ts";
import { Studio } from "./ml-workspace.ts";
import * as names from "./names.ts";
import { networkProblems, PrivateNetwork, zonesOf } from "./network.ts";
import { machineTypeOf, notebookProblems, PrivateNotebook } from "./notebooks.ts";
import { PackageMirror } from "./packages.ts";
import { consoleHostOf, type Target, targetOf } from "./target.ts";
import {
  boundaryArn,
  createBoundary,
  dataScientistRoleArn,
  humans,
  jobRoleArn,
  notebookRoleArn,
  WorkspaceRoles,
} from "./workspace-roles.ts";

/** One workspace on SageMaker. */
export class AwsPlatform implements Platform {
  private readonly workspace: Workspace;
  private readonly parent: pulumi.Resource;
  private readonly target: Target;
  private readonly name: string;
  private readonly prefix: string;
  private readonly keys = {} as Record<KeyPurpose, CustomerManagedKey>;
  private readonly boundary: string;
  private boundaryPolicy?: pulumi.Resource;
  private logs!: LogStores;
  private vpcId!: pulumi.Input<string>;
  private subnetIds!: pulumi.Input<string>[];
  private endpoints!: PrivateEndpoints;
  private dataStores!: DataAccessArgs[];
  private modelStore!: DataStore;
  private roles!: WorkspaceRoles;
  private studio!: Studio;

  /**
   * @param workspace The valid spec.
   * @param parent Parent of every resource.
   * @throws InvalidInputError when the spec asks for something that does not exist on AWS.
   */
  constructor(workspace: Workspace, parent: pulumi.Resource) {
    const problems = [...notebookProblems(workspace), ...networkProblems(workspace)];
    if (problems.length > 0) throw new InvalidInputError("The workspace spec", problems);
    refuseTraining(workspace);
    this.workspace = workspace;
    this.parent = parent;
    this.target = targetOf(workspace);
    this.name = `${workspace.team}-${workspace.name}`;
    this.prefix = names.prefixOf(workspace);
    this.boundary = boundaryArn(workspace);
  }

  createKeys(): KeyOutputs {
    const users = this.keyUsers();
    for (const purpose of keyPurposesOf(this.workspace)) {
      this.keys[purpose] = new CustomerManagedKey(
        this.child(`${purpose}-key`),
        {
          ...this.target,
          alias: `${this.prefix}-${purpose}`,
          description: `${this.prefix}: ${purpose}`,
          userRoleArns: users[purpose],
          rotationDays: this.workspace.keys.rotationDays,
          services: purpose === "notebooks" ? this.servicesWithVolumes() : undefined,
          logGroups: purpose === "logs" ? `${this.logGroupPrefix}/*` : undefined,
        },
        this.opts,
      );
    }
    return Object.fromEntries(keyPurposesOf(this.workspace).map((purpose) => [purpose, this.keys[purpose].keyArn]));
  }

  createLogs(): void {
    const { network } = this.workspace;
    this.logs = new LogStores(
      this.child("logs"),
      {
        ...this.target,
        bucketName: names.bucketName(this.workspace, "logs"),
        sourceBuckets: `${this.prefix}-*`,
        logGroupPrefix: this.logGroupPrefix,
        keyArn: this.keys.logs.keyArn,
        retentionDays: network.flowLogRetentionDays,
        firewall: this.ownEgress === "approved",
      },
      this.opts,
    );
  }

  createNetwork(): NetworkOutputs {
    const { existing, egress } = this.workspace.network;
    this.boundaryPolicy = createBoundary(this.name, this.workspace, this.parent);
    const network = existing ? undefined : this.createOwnNetwork();
    this.vpcId = existing?.networkId ?? network!.vpcId;
    this.subnetIds = existing?.subnetIds ?? network!.subnetIds;
    const mirror = this.packageMirrorName;
    if (mirror) {
      const settings = { mirrorName: mirror, keyArn: this.keys.notebooks.keyArn };
      new PackageMirror(this.child("packages"), settings, this.opts);
    }
    this.endpoints = new PrivateEndpoints(
      this.child("endpoints"),
      {
        ...this.target,
        networkName: this.prefix,
        vpcId: this.vpcId,
        subnetIds: this.subnetIds,
        routeTableIds: existing?.routeTableIds ?? network!.routeTableIds,
        bucketNames: this.bucketNames(),
        packages: mirror !== undefined,
        outbound: egress === "approved",
      },
      this.opts,
    );
    return { networkId: pulumi.output(this.vpcId), subnetIds: this.subnetIds.map((id) => pulumi.output(id)) };
  }

  createDataStores(): DataStoreOutputs {
    const dataUris: Record<string, pulumi.Output<string>> = {};
    this.dataStores = this.workspace.dataStores.map((store) => {
      if (store.existing) {
        const { id, keyId } = store.existing;
        dataUris[store.name] = pulumi.interpolate`s3://${id}`;
        return { bucket: id, access: store.access, keyArn: keyId };
      }
      const created = this.createStore(store.name, this.keys.data, store.retentionDays, store.immutableDays);
      dataUris[store.name] = created.uri;
      return { bucket: this.bucketOf(store.name), access: store.access, keyArn: this.keys.data.keyArn };
    });
    this.modelStore = this.createStore("models", this.keys.models);
    return { dataUris, modelUri: this.modelStore.uri };
  }

  createImages(): ImageOutputs {
    return {};
  }

  createSecrets(): SecretOutputs {
    return {};
  }

  createParameters(): ParameterOutputs {
    return {};
  }

  createDatabases(): DatabaseOutputs {
    return {};
  }

  createIdentities(): IdentityOutputs {
    const { endpointIds, workloadSecurityGroupId } = this.endpoints;
    const links = ["sagemaker-api", "sagemaker-studio", "sagemaker-notebook"].map((name) => endpointIds[name]!);
    this.roles = new WorkspaceRoles(
      this.child("roles"),
      this.workspace,
      {
        keyArns: Object.fromEntries(
          keyPurposesOf(this.workspace).map((purpose) => [purpose, this.keys[purpose].keyArn]),
        ),
        existingKeyArns: this.existingKeys(),
        vpcId: this.vpcId,
        subnetIds: this.subnetIds,
        securityGroupId: workloadSecurityGroupId,
        linkEndpointIds: links,
        dataStores: this.dataStores,
        models: { bucket: this.bucketOf("models"), keyArn: this.keys.models.keyArn },
        packageMirror: this.packageMirrorName,
        logGroupPrefix: this.logGroupPrefix,
        boundaryArn: this.boundary,
      },
      this.afterBoundary([]),
    );
    return this.roles.roleArns;
  }

  createMlWorkspace(): MlWorkspaceOutputs {
    const { region } = this.target;
    this.studio = new Studio(
      this.child("studio"),
      {
        domainName: this.prefix,
        vpcId: this.vpcId,
        subnetIds: this.subnetIds,
        securityGroupId: this.endpoints.workloadSecurityGroupId,
        keyArn: this.keys.notebooks.keyArn,
        fallbackRoleArn: this.roles.fallbackRoleArn,
        members: humans(this.workspace).map(({ name }) => ({
          name,
          profileName: names.profileName(this.workspace, name),
          spaceName: names.spaceName(this.workspace, name),
          roleArn: this.roles.roleArns[`notebook-${name}`]!,
        })),
      },
      this.whenReady,
    );
    const page = `https://${consoleHostOf(region)}/sagemaker/home?region=${region}#/studio`;
    return {
      workspaceId: this.studio.domainArn,
      consoleUrl: pulumi.interpolate`${page}/${this.studio.domainId}`,
    };
  }

  createNotebooks(): NotebookOutputs {
    const entries = this.workspace.notebooks.map((notebook, index) => {
      const created = new PrivateNotebook(
        this.child(`notebook-${notebook.name}`),
        {
          ...this.target,
          notebookName: names.notebookName(this.workspace, notebook.name),
          roleArn: this.roles.roleArns[`notebook-${notebook.owner}`]!,
          roleName: this.roles.notebookRoleNames[notebook.owner]!,
          // Spread over the zones, so that the loss of one does not stop everybody.
          subnetId: this.subnetIds[index % this.subnetIds.length]!,
          securityGroupIds: [this.endpoints.workloadSecurityGroupId],
          keyArn: this.keys.notebooks.keyArn,
          instanceType: machineTypeOf(notebook),
          platformIdentifier: notebook.image,
          volumeGb: notebook.volumeGb,
          repositories: notebook.repositories,
          idleMinutes: notebook.idleMinutes,
        },
        this.whenReady,
      );
      return [notebook.name, created.notebookId] as const;
    });
    return Object.fromEntries(entries);
  }

  createTraining(): PipelineOutputs {
    return {};
  }

  gaps(): Gap[] {
    const { keys, network } = this.workspace;
    const gaps: Gap[] = [];
    if (keys.hsm) {
      const message =
        "KMS keys always stand in validated hardware security modules (FIPS 140-3 level 3), which customers share; a CloudHSM key store of one's own, which cannot rotate keys, is not created";
      gaps.push({ path: "keys.hsm", message });
    }
    const kept = retentionPeriod(network.flowLogRetentionDays);
    if (kept !== network.flowLogRetentionDays) {
      const message = `CloudWatch keeps logs for certain periods only: ${kept} days instead of ${network.flowLogRetentionDays}`;
      gaps.push({ path: "network.flowLogRetentionDays", message });
    }
    if (network.existing) gaps.push(...existingNetworkGaps(this.workspace));
    return gaps;
  }

  private createOwnNetwork(): PrivateNetwork {
    const { network } = this.workspace;
    const { groups } = this.logs;
    return new PrivateNetwork(
      this.child("network"),
      {
        ...this.target,
        networkName: this.prefix,
        cidr: network.cidr!,
        availabilityZones: zonesOf(this.workspace),
        egress: network.egress,
        approvedHosts: network.approvedHosts,
        flowLogGroupArn: groups.flow.arn,
        flowLogGroupName: `${this.logGroupPrefix}/flow`,
        dnsLogGroupArn: groups.dns.arn,
        firewallLogGroupName: `${this.logGroupPrefix}/firewall`,
        keyArn: this.keys.notebooks.keyArn,
        permissionsBoundaryArn: this.boundary,
      },
      this.afterBoundary([this.logs]),
    );
  }

  private createStore(
    name: string,
    key: CustomerManagedKey,
    retentionDays?: number,
    immutableDays?: number,
  ): DataStore {
    return new DataStore(
      this.child(`${name}-store`),
      {
        ...this.target,
        bucketName: this.bucketOf(name),
        keyArn: key.keyArn,
        accessLogBucket: this.logs.bucketName,
        retentionDays,
        immutableDays,
      },
      // S3 refuses a target for access logs to which it may not write yet.
      { parent: this.parent, dependsOn: [this.logs] },
    );
  }

  /** Who may use which key, as text: the roles are created later. */
  private keyUsers(): Record<KeyPurpose, string[]> {
    const people = humans(this.workspace).map((person) => notebookRoleArn(this.workspace, person.name));
    const workloads = [jobRoleArn(this.workspace), ...people];
    const launchers = this.workspace.people.dataScientists.map((person) =>
      dataScientistRoleArn(this.workspace, person.name),
    );
    return {
      data: workloads,
      models: workloads,
      notebooks: [...workloads, ...launchers],
      logs: [],
      secrets: [],
      images: [],
      databases: [],
    };
  }

  /** Services that encrypt what the workspace's notebooks key protects: disks, home directories, packages, rules. */
  private servicesWithVolumes(): string[] {
    const mirror = this.packageMirrorName ? ["codeartifact"] : [];
    const firewall = this.ownEgress === "approved" ? ["network-firewall"] : [];
    return ["ec2", "elasticfilesystem", "sagemaker", ...mirror, ...firewall];
  }

  private bucketNames(): pulumi.Input<string>[] {
    const stores = this.workspace.dataStores.map((store) => store.existing?.id ?? this.bucketOf(store.name));
    return [...stores, this.bucketOf("models")];
  }

  private existingKeys(): pulumi.Input<string>[] {
    return this.workspace.dataStores.flatMap(({ existing }) => (existing?.keyId ? [existing.keyId] : []));
  }

  private bucketOf(store: string): string {
    return names.bucketName(this.workspace, store);
  }

  private get packageMirrorName(): string | undefined {
    const { egress } = this.workspace.network;
    return egress === "packages" ? names.jobPrefixOf(this.workspace) : undefined;
  }

  /** Egress of the network that the workspace creates. */
  private get ownEgress(): string {
    return this.workspace.network.existing ? "none" : this.workspace.network.egress;
  }

  private get logGroupPrefix(): string {
    return `/aws/vendedlogs/${this.prefix}`;
  }

  private get opts(): pulumi.ComponentResourceOptions {
    return { parent: this.parent };
  }

  /** The boundary's ARN is known as text, so that a preview sees it; roles wait for the policy by this. */
  private afterBoundary(others: pulumi.Resource[]): pulumi.ComponentResourceOptions {
    const boundary = this.boundaryPolicy ? [this.boundaryPolicy] : [];
    return { parent: this.parent, dependsOn: [...boundary, ...others] };
  }

  /** Domain and notebooks start only when permissions are granted and services can be reached. */
  private get whenReady(): pulumi.ComponentResourceOptions {
    return { parent: this.parent, dependsOn: [...this.roles.grants, this.endpoints] };
  }

  private child(part: string): string {
    return `${this.name}-${part}`;
  }
}

function existingNetworkGaps({ network }: Workspace): Gap[] {
  const path = "network.existing";
  const message =
    "flow logs, the DNS firewall and routes stay with the owner of the existing network; the workspace adds its endpoints and security groups, so the network must not have private names for the same services yet";
  const gaps = [{ path, message }];
  if (!network.existing!.routeTableIds.length) {
    gaps.push({
      path: `${path}.routeTableIds`,
      message: "without route tables no S3 endpoint is created; the network must have one",
    });
  }
  if (network.egress === "approved") {
    const hosts = "the existing network's own firewall must admit the approved hosts and nothing else";
    gaps.push({ path: "network.egress", message: hosts });
  }
  return gaps;
}
