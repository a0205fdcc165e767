import { InstanceIAMMember } from "@pulumi/gcp/compute/instanceIAMMember.js";
import { TunnelInstanceIAMMember } from "@pulumi/gcp/iap/tunnelInstanceIAMMember.js";
import { IAMMember as ServiceAccountIAMMember } from "@pulumi/gcp/serviceaccount/iammember.js";
import { Instance } from "@pulumi/gcp/workbench/instance.js";
import { InstanceIamMember as WorkbenchIamMember } from "@pulumi/gcp/workbench/instanceIamMember.js";
import * as pulumi from "@pulumi/pulumi";
import { fit, resourceName } from "../names.ts";
import type { NotebookSpec, Workspace } from "../spec.ts";
import type { PackageMirror, WebProxy } from "./egress.ts";
import type { WorkspaceIdentities } from "./identities.ts";
import type { WorkspaceKeys } from "./keys.ts";
import { acceleratorOf, machineTypeOf } from "./machines.ts";
import { startupScript } from "./notebook-startup.ts";
import type { CustomRole } from "./roles.ts";
import type { GcpTarget } from "./target.ts";

/** Project and family of Google's current Workbench image. */
const IMAGE_PROJECT = "cloud-notebooks-managed";
const IMAGE_FAMILY = "workbench-instances";

/** Boot disk, in GB: the smallest size that Workbench recommends. Data is on a disk of its own. */
const BOOT_DISK_GB = 150;

/** When the machine upgrades itself, as a cron schedule in UTC: Sunday night. */
const UPGRADE_SCHEDULE = "00 19 * * SUN";

/** Arguments of {@link PrivateNotebook}. */
export interface PrivateNotebookArgs {
  /** Project id. */
  project: string;
  /** Zone of the machine, such as `europe-west4-b`. */
  zone: string;
  /** Network of the machine, `projects/…/global/networks/…`. */
  networkId: pulumi.Input<string>;
  /** Private subnet of the machine, `projects/…/regions/…/subnetworks/…`. */
  subnetId: pulumi.Input<string>;
  /**
   * Network tags, such as the one with which the network's firewall lets IAP in.
   * @default []
   */
  networkTags?: string[];
  /** Email of the service account that the notebook runs as: one of its own. */
  serviceAccountEmail: pulumi.Input<string>;
  /** Resource name of the key that encrypts the disks. Compute Engine's agent must be allowed to use it. */
  keyId: pulumi.Input<string>;
  /** IAM member who owns the notebook, `user:ana@example.com`. Nobody else can open it. */
  owner: string;
  /**
   * Custom role that lets the owner start, stop and enter the notebook. It is granted on the notebook and its machine only.
   * @default roles/compute.osLogin on the machine: the owner enters the notebook, but does not start it
   */
  ownerRole?: string;
  /**
   * Machine type.
   * @default "e2-standard-4"
   */
  machineType?: string;
  /**
   * Image name in the project `cloud-notebooks-managed`, or `projects/…/global/images/…` (also `…/images/family/…`).
   * @default the family `workbench-instances` of that project
   */
  image?: string;
  /**
   * Minutes without activity after which the machine stops.
   * @default 60
   */
  idleMinutes?: number;
  /**
   * Size of the data disk, in GB.
   * @default 50
   */
  volumeGb?: number;
  /**
   * Index URL of a package mirror for pip.
   * @default none: pip reaches nothing
   */
  packageIndexUrl?: string;
  /**
   * URL of a web proxy that lets approved hosts through.
   * @default none
   */
  proxyUrl?: string;
  /**
   * Git repositories to clone.
   * @default []
   */
  repositories?: string[];
  /**
   * Name of the instance.
   * @default the component's name, cut to 63 characters
   */
  instanceName?: string;
}

/**
 * A Workbench instance without any public way in: no address, no registration with Google's notebook proxy. Its one
 * owner reaches JupyterLab through IAP: `gcloud compute ssh NAME --zone ZONE --tunnel-through-iap -- -N -L 8080:localhost:8080`.
 * No root, terminal, downloads or exports; disks with a customer-managed key; Shielded VM with Secure Boot; upgrades and
 * idle shutdown on.
 *
 * Workbench gives every instance the scope `cloud-platform` and takes no other: the service account's grants alone limit
 * what the notebook can do. Sources: Google's controls VAI-CO-4.1 to 4.8, CKV2_GCP_27 and 28.
 */
export class PrivateNotebook extends pulumi.ComponentResource {
  /** Resource name of the instance. */
  readonly notebookId: pulumi.Output<string>;

  constructor(name: string, args: PrivateNotebookArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secure-ml-workspace:gcp:PrivateNotebook", name, {}, opts);
    const instanceName = args.instanceName ?? fit(name, 63);
    const instance = this.createInstance(name, instanceName, args);
    this.grantOwner(name, instanceName, instance, args);
    this.notebookId = instance.id;
    this.registerOutputs({ notebookId: this.notebookId });
  }

  private createInstance(name: string, instanceName: string, args: PrivateNotebookArgs): Instance {
    const { project, zone, machineType = "e2-standard-4", networkTags = [], volumeGb = 50 } = args;
    const accelerator = acceleratorOf(machineType);
    const disk = { diskEncryption: "CMEK", kmsKey: args.keyId, diskType: "PD_BALANCED" };
    const owner = emailOf(args.owner);
    return new Instance(
      name,
      {
        project,
        location: zone,
        name: instanceName,
        instanceOwners: owner ? [owner] : undefined,
        disableProxyAccess: true,
        gceSetup: {
          machineType,
          acceleratorConfigs: accelerator ? [accelerator] : undefined,
          vmImage: imageOf(args.image),
          disablePublicIp: true,
          enableIpForwarding: false,
          networkInterfaces: [{ network: args.networkId, subnet: args.subnetId }],
          serviceAccounts: [{ email: args.serviceAccountEmail }],
          shieldedInstanceConfig: { enableSecureBoot: true, enableVtpm: true, enableIntegrityMonitoring: true },
          bootDisk: { ...disk, diskSizeGb: String(BOOT_DISK_GB) },
          dataDisks: { ...disk, diskSizeGb: String(volumeGb) },
          metadata: metadataOf(args, accelerator !== undefined),
          tags: networkTags,
        },
      },
      { parent: this },
    );
  }

  /** What the owner needs to reach JupyterLab, each right on the one thing that it is needed on. */
  private grantOwner(name: string, instanceName: string, instance: Instance, args: PrivateNotebookArgs): void {
    const { project, zone, owner: member, ownerRole, serviceAccountEmail: email } = args;
    const opts = { parent: this, dependsOn: [instance] };
    new TunnelInstanceIAMMember(
      `${name}-tunnel`,
      {
        project,
        zone,
        instance: instanceName,
        role: "roles/iap.tunnelResourceAccessor",
        member,
        condition: { title: "ssh-only", expression: "destination.port == 22" },
      },
      opts,
    );
    const role = ownerRole ?? "roles/compute.osLogin";
    new InstanceIAMMember(`${name}-machine`, { project, zone, instanceName, role, member }, opts);
    // OS Login lets somebody enter a machine only who may act as its service account. The right is not in a custom role,
    // which somebody could grant on the project, where it would hold for every service account.
    new ServiceAccountIAMMember(
      `${name}-act-as`,
      {
        serviceAccountId:
          typeof email === "string"
            ? `projects/${project}/serviceAccounts/${email}`
            : pulumi.interpolate`projects/${project}/serviceAccounts/${email}`,
        role: "roles/iam.serviceAccountUser",
        member,
      },
      opts,
    );
    if (!ownerRole) return;
    const onNotebook = { project, location: zone, name: instanceName, role: ownerRole, member };
    new WorkbenchIamMember(`${name}-owner`, onNotebook, opts);
  }
}

/** Source of the keys: cloud.google.com/vertex-ai/docs/workbench/instances/manage-metadata. */
function metadataOf(args: PrivateNotebookArgs, gpu: boolean): Record<string, string> {
  const { idleMinutes = 60, packageIndexUrl, proxyUrl, repositories = [] } = args;
  return {
    "notebook-disable-root": "true",
    "notebook-disable-downloads": "true",
    "notebook-disable-nbconvert": "true",
    "notebook-disable-terminal": "true",
    "notebook-upgrade-schedule": UPGRADE_SCHEDULE,
    "idle-timeout-seconds": String(idleMinutes * 60),
    "disable-mixer": "true",
    "block-project-ssh-keys": "true",
    "enable-oslogin": "TRUE",
    "serial-port-enable": "false",
    "serial-port-logging-enable": "false",
    "startup-script": startupScript({ packageIndexUrl, proxyUrl, repositories }),
    ...(gpu ? { "install-nvidia-driver": "True" } : {}),
  };
}

/** Workbench takes its owner as an email; a workforce principal has none and enters by its IAM grants alone. */
function emailOf(member: string): string | undefined {
  return /^user:(.+)$/.exec(member)?.[1];
}

function imageOf(image: string | undefined) {
  if (!image) return { project: IMAGE_PROJECT, family: IMAGE_FAMILY };
  const [, project, family, name] = /projects\/([^/]+)\/global\/images\/(?:family\/([^/]+)|([^/]+))$/.exec(image) ?? [];
  if (project) return family ? { project, family } : { project, name };
  return { project: IMAGE_PROJECT, name: image };
}

/** What notebooks are made from. */
export interface NotebookContext {
  workspace: Workspace;
  target: GcpTarget;
  keys: WorkspaceKeys;
  identities: WorkspaceIdentities;
  ownerRole: CustomRole;
  networkId: pulumi.Input<string>;
  subnetIds: pulumi.Input<string>[];
  networkTags: string[];
  mirror?: PackageMirror;
  proxy?: WebProxy;
  parent: pulumi.Resource;
  dependsOn: pulumi.Resource[];
}

/** Creates the notebooks of the spec, spread over the zones. */
export function createNotebooks(name: string, context: NotebookContext): Record<string, PrivateNotebook> {
  const { workspace } = context;
  return Object.fromEntries(
    workspace.notebooks.map((spec, index) => [spec.name, createNotebook(name, spec, index, context)]),
  );
}

function createNotebook(name: string, spec: NotebookSpec, index: number, context: NotebookContext): PrivateNotebook {
  const { workspace, target, keys, identities, ownerRole, mirror, proxy, parent } = context;
  const identity = identities.notebooks[spec.name];
  if (!identity) throw new Error(`no identity for notebook ${spec.name}`);
  const owner = workspace.people.dataScientists.find((person) => person.name === spec.owner);
  return new PrivateNotebook(
    `${name}-notebook-${spec.name}`,
    {
      project: target.project,
      zone: target.zones[index % target.zones.length] as string,
      instanceName: resourceName(workspace, [spec.name], { max: 63 }),
      networkId: context.networkId,
      subnetId: context.subnetIds[index % context.subnetIds.length] as pulumi.Input<string>,
      networkTags: context.networkTags,
      serviceAccountEmail: identity.email,
      keyId: keys.keys.notebooks.keyName,
      owner: owner?.gcp ?? "",
      ownerRole: ownerRole.id,
      machineType: machineTypeOf(spec.size, spec.machineType),
      image: spec.image,
      idleMinutes: spec.idleMinutes,
      volumeGb: spec.volumeGb,
      packageIndexUrl: mirror?.indexUrl,
      proxyUrl: proxy?.proxyUrl,
      repositories: spec.repositories,
    },
    { parent, dependsOn: [...context.dependsOn, ...keys.grants.notebooks, ownerRole.resource, identity] },
  );
}
