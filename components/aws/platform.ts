import * as pulumi from "@pulumi/pulumi";
import { modelGroupName, planPipelines } from "../pipelines.ts";
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
import { InvalidInputError, type Problem } from "../problems.ts";
import type { Workspace } from "../spec.ts";
import { type DatabaseSpec, MODEL_STORE, PIPELINE_FOLDERS, type PipelineSpec } from "../training-spec.ts";
import { DataStore } from "./data-stores.ts";
import { DatabaseAccess, POSTGRES_PORT, PrivateDatabase } from "./databases.ts";
import { PrivateEndpoints } from "./endpoints.ts";
import { type DataAccessArgs, roleArn } from "./identities.ts";
import { createImageRepositories, imageProblems, repositoryName, repositoryUrl } from "./image-repositories.ts";
import { CustomerManagedKey } from "./keys.ts";
import { LogStores, retentionPeriod } from "./logs.ts";
import { Studio } from "./ml-workspace.ts";
import * as names from "./names.ts";
import { networkProblems, PrivateNetwork, zonesOf } from "./network.ts";
import { machineTypeOf, notebookProblems, PrivateNotebook } from "./notebooks.ts";
import { PackageMirror } from "./packages.ts";
import { createParameters, parameterName } from "./parameters.ts";
import { stepRoleArn, stepRolePrefix } from "./pipeline-roles.ts";
import { type PipelineDatabaseArgs, type PipelineStoreArgs, sagemakerProblems, TrainingPipeline } from "./pipelines.ts";
import { scheduleRoleName } from "./schedules.ts";
import { createSecrets, secretName, secretPrefixOf } from "./secrets.ts";
import { consoleHostOf, type Target, targetOf } from "./target.ts";
import { machineProblems, PrivateTrainingCluster } from "./training-cluster.ts";
import {
  boundaryArn,
  createBoundary,
  dataScientistRoleArn,
  humans,
  jobRoleArn,
  notebookRoleArn,
  operatorRoleArn,
  WorkspaceRoles,
} from "./workspace-roles.ts";

/** Where a database is and who reaches it. */
type DatabaseSettings = Omit<PipelineDatabaseArgs, "name"> & { port: number };

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
  private readonly databases: PipelineDatabaseArgs[] = [];

  /**
   * @param workspace The valid spec.
   * @param parent Parent of every resource.
   * @throws InvalidInputError when the spec asks for something that does not exist on AWS.
   */
  constructor(workspace: Workspace, parent: pulumi.Resource) {
    const problems = [...notebookProblems(workspace), ...networkProblems(workspace), ...trainingProblems(workspace)];
    if (problems.length > 0) throw new InvalidInputError("The workspace spec", problems);
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
          services: this.keyServices()[purpose],
          logGroups:
            purpose === "logs" ? [`${this.logGroupPrefix}/*`, `/aws/rds/instance/${this.prefix}-*`] : undefined,
          scheduleRoleArns: purpose === "notebooks" ? this.scheduleRoleArns() : undefined,
          secretPrefix: purpose === "secrets" ? secretPrefixOf(this.workspace) : undefined,
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
    const { workspace, target } = this;
    if (workspace.images.length > 0) {
      createImageRepositories(this.name, workspace, this.keys.images.keyArn, this.opts);
    }
    const entries = workspace.images.map(({ name }) => {
      const url = repositoryUrl(target, repositoryName(workspace, name));
      return [name, pulumi.output(url)] as const;
    });
    return Object.fromEntries(entries);
  }

  createSecrets(): SecretOutputs {
    if (this.workspace.secrets.length === 0) return {};
    return createSecrets(this.name, this.workspace, this.keys.secrets.keyArn, this.opts);
  }

  createParameters(): ParameterOutputs {
    if (this.workspace.parameters.length === 0) return {};
    return createParameters(this.name, this.workspace, this.keys.secrets.keyArn, this.opts);
  }

  createDatabases(): DatabaseOutputs {
    const entries = this.workspace.databases.map((database) => {
      const access = database.existing ? this.reachDatabase(database) : this.createDatabase(database);
      this.databases.push({ name: database.name, ...access });
      return [database.name, pulumi.interpolate`${access.host}:${access.port}`] as const;
    });
    return Object.fromEntries(entries);
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
        pipelineFolders: this.pipelineFolders(),
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
    const { pipelines, cluster: machines } = this.workspace.training;
    if (pipelines.length === 0) return {};
    const { size, machineType, accelerator } = machines;
    const cluster = new PrivateTrainingCluster(
      this.child("training"),
      {
        clusterName: this.prefix,
        vpcId: this.vpcId,
        endpointSecurityGroupId: this.endpoints.endpointSecurityGroupId,
        storagePrefixListId: this.endpoints.storagePrefixListId,
        outbound: this.workspace.network.egress === "approved",
        ...{ size, machineType, accelerator },
      },
      this.opts,
    );
    return Object.fromEntries(pipelines.map((pipeline) => [pipeline.name, this.createPipeline(pipeline, cluster)]));
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
    gaps.push(...trainingGaps(this.workspace));
    return gaps;
  }

  private createPipeline(pipeline: PipelineSpec, cluster: PrivateTrainingCluster): pulumi.Output<string> {
    const { workspace, target, keys } = this;
    const { maxNodes, idleMinutes } = workspace.training.cluster;
    const created = new TrainingPipeline(
      this.child(`pipeline-${pipeline.name}`),
      {
        ...target,
        pipeline,
        pipelineName: names.pipelineName(workspace, pipeline.name),
        jobPrefix: names.jobPrefixOf(workspace),
        rolePrefix: stepRolePrefix(workspace),
        vpcId: this.vpcId,
        subnetIds: this.subnetIds,
        securityGroupId: cluster.securityGroupId,
        keyArn: keys.notebooks.keyArn,
        logKeyArn: keys.logs.keyArn,
        logGroupPrefix: this.logGroupPrefix,
        logRetentionDays: this.logRetentionDays,
        dataStores: this.pipelineStores(),
        images: workspace.images.map(({ name, mirrorOf, severityLimit }) => ({
          ...{ name, severityLimit, mirror: mirrorOf !== undefined },
          repositoryName: repositoryName(workspace, name),
        })),
        secrets: workspace.secrets.map(({ name }) => ({ name, secretName: secretName(workspace, name) })),
        parameters: workspace.parameters.map(({ name }) => ({ name, parameterName: parameterName(workspace, name) })),
        secretKeyArn: keys.secrets?.keyArn,
        databases: this.databases,
        packageMirror: this.packageMirrorName,
        machineType: cluster.machineType,
        ...{ maxNodes, idleMinutes },
        modelGroupName: modelGroupName(workspace, pipeline.name),
        permissionsBoundaryArn: this.boundary,
      },
      this.whenReady,
    );
    return created.pipelineArn;
  }

  private pipelineStores(): PipelineStoreArgs[] {
    const { dataStores } = this.workspace;
    const stores = dataStores.map(({ name }, index) => ({ name, ...this.dataStores[index]! }));
    return [...stores, { name: MODEL_STORE, bucket: this.bucketOf("models"), keyArn: this.keys.models.keyArn }];
  }

  /** What steps write: the common folder of all pipelines, and folders that the spec names. */
  private pipelineFolders(): DataAccessArgs[] {
    const outputs = planPipelines(this.workspace).flatMap((plan) => plan.steps.flatMap((step) => step.outputs));
    return this.pipelineStores().flatMap(({ name, bucket }) => {
      const folders = outputs.filter(({ dataStore }) => dataStore === name).map(({ path }) => `${path}/`);
      const own = folders.map((folder) => (folder.startsWith(PIPELINE_FOLDERS) ? PIPELINE_FOLDERS : folder));
      return [...new Set(own)].sort().map((prefix) => ({ bucket, prefix }));
    });
  }

  private reachDatabase({ name, existing }: DatabaseSpec): DatabaseSettings {
    const { address, host, port } = existing!;
    const { region } = this.target;
    const databaseName = names.databaseName(this.workspace, name);
    const settings = { databaseName, region, vpcId: this.vpcId, address: address!, port, host };
    const { clientSecurityGroupId } = new DatabaseAccess(this.child(`database-${name}`), settings, this.opts);
    return { host: host ?? address!, port, clientSecurityGroupId };
  }

  private createDatabase({ name, size, storageGb, backupDays }: DatabaseSpec): DatabaseSettings {
    const created = new PrivateDatabase(
      this.child(`database-${name}`),
      {
        ...this.target,
        databaseName: names.databaseName(this.workspace, name),
        vpcId: this.vpcId,
        subnetIds: this.subnetIds,
        keyArn: this.keys.databases.keyArn,
        logKeyArn: this.keys.logs.keyArn,
        logRetentionDays: this.logRetentionDays,
        permissionsBoundaryArn: this.boundary,
        ...{ size, storageGb, backupDays },
      },
      this.afterBoundary([]),
    );
    const { host, resourceId, clientSecurityGroupId } = created;
    return { host, port: POSTGRES_PORT, resourceId, clientSecurityGroupId };
  }

  private scheduleRoleArns(): string[] {
    const scheduled = this.workspace.training.pipelines.filter(({ schedule }) => schedule);
    return scheduled.map(({ name }) =>
      roleArn(this.target, scheduleRoleName(names.pipelineName(this.workspace, name))),
    );
  }

  private get logRetentionDays(): number {
    return retentionPeriod(this.workspace.network.flowLogRetentionDays);
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
        privateHosts: this.workspace.databases.flatMap(({ existing }) => existing?.host ?? []),
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
  private keyUsers(): Partial<Record<KeyPurpose, string[]>> {
    const { workspace } = this;
    const people = humans(workspace).map((person) => notebookRoleArn(workspace, person.name));
    const plans = planPipelines(workspace);
    const steps = plans.flatMap((plan) => plan.steps.map((step) => stepRoleArn(workspace, step)));
    const pipelines = plans.map(({ spec }) => roleArn(this.target, names.pipelineName(workspace, spec.name)));
    const workloads = [jobRoleArn(workspace), ...people, ...steps, ...pipelines];
    const launchers = workspace.people.dataScientists.map((person) => dataScientistRoleArn(workspace, person.name));
    const operators = workspace.people.operators.map((person) => operatorRoleArn(workspace, person.name));
    return {
      data: workloads,
      models: workloads,
      notebooks: [...workloads, ...launchers],
      secrets: [...steps, ...operators],
    };
  }

  /**
   * Services that encrypt with the workspace's keys. The notebooks' key protects disks, home directories, packages, rules
   * and schedules.
   */
  private keyServices(): Partial<Record<KeyPurpose, string[]>> {
    const mirror = this.packageMirrorName ? ["codeartifact"] : [];
    const firewall = this.ownEgress === "approved" ? ["network-firewall"] : [];
    const scheduler = this.workspace.training.pipelines.some(({ schedule }) => schedule) ? ["scheduler"] : [];
    const notebooks = ["ec2", "elasticfilesystem", "sagemaker", ...mirror, ...firewall, ...scheduler];
    return { notebooks, images: ["ecr"], databases: ["rds"] };
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

function trainingGaps({ databases, images, network }: Workspace): Gap[] {
  const gaps: Gap[] = [];
  if (images.length > 0) {
    const message =
      "images are scanned when they are pushed; continuous (enhanced) scanning is a setting of the account's whole registry, which its foundation turns on";
    gaps.push({ path: "images", message });
  }
  if (databases.some(({ existing }) => existing) && !network.existing) {
    const message =
      "security groups let steps reach an existing server's address; the route to it (a transit gateway or a peering) is attached by whoever owns both networks";
    gaps.push({ path: "databases", message });
  }
  return gaps;
}

/** What is wrong with the fields about training on this cloud. */
function trainingProblems(workspace: Workspace): Problem[] {
  const stores = workspace.dataStores.map(({ name, existing }) => {
    return { name, bucket: name, keyArn: existing ? existing.keyId : "the data key" };
  });
  const all = [...stores, { name: MODEL_STORE, bucket: MODEL_STORE, keyArn: "the models key" }];
  return [
    ...imageProblems(workspace),
    ...machineProblems(workspace),
    ...workspace.training.pipelines.flatMap((pipeline, index) =>
      sagemakerProblems(pipeline, all, `training.pipelines[${index}]`),
    ),
  ];
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
