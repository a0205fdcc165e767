import { Domain } from "@pulumi/aws/sagemaker/domain.js";
import { Space } from "@pulumi/aws/sagemaker/space.js";
import { UserProfile } from "@pulumi/aws/sagemaker/userProfile.js";
import * as pulumi from "@pulumi/pulumi";

/** A Studio domain with one profile and one private space for each person. */
export interface StudioArgs {
  /** Name of the domain, at most 63 characters. */
  domainName: string;
  /** Id of the VPC. */
  vpcId: pulumi.Input<string>;
  /** Private subnets. */
  subnetIds: pulumi.Input<string>[];
  /** Security group of applications. */
  securityGroupId: pulumi.Input<string>;
  /** ARN of the customer-managed key for home directories and volumes. */
  keyArn: pulumi.Input<string>;
  /** ARN of a role without permissions, for whoever has no role of his or her own. */
  fallbackRoleArn: pulumi.Input<string>;
  /** The people. */
  members: StudioMemberArgs[];
}

/** A person with a profile and a space. */
export interface StudioMemberArgs {
  /** Short name. */
  name: string;
  /** Name of the profile, at most 63 characters. */
  profileName: string;
  /** Name of the space, at most 63 characters. */
  spaceName: string;
  /** ARN of the person's execution role. */
  roleArn: pulumi.Input<string>;
}

/** Studio's idle times, in minutes. 60 is the shortest that SageMaker takes, 180 the longest of control notebook-idle-shutdown. */
const IDLE = {
  lifecycleManagement: "ENABLED",
  idleTimeoutInMinutes: 60,
  minIdleTimeoutInMinutes: 60,
  maxIdleTimeoutInMinutes: 180,
};

/** Disk of a space, in GB. */
const SPACE_GB = 50;

/** A SageMaker Studio domain that only the VPC can reach. */
export class Studio extends pulumi.ComponentResource {
  /** Id of the domain. */
  readonly domainId: pulumi.Output<string>;
  /** ARN of the domain. */
  readonly domainArn: pulumi.Output<string>;

  /**
   * @param name Name of the component; its children's names begin with it.
   * @param args Network, key and people.
   * @param opts Resource options.
   */
  constructor(name: string, args: StudioArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secure-ml-workspace:aws:Studio", name, {}, opts);
    const domain = this.createDomain(name, args);
    for (const member of args.members) this.createMember(name, domain, member, args);
    this.domainId = domain.id;
    this.domainArn = domain.arn;
    this.registerOutputs({ domainId: this.domainId, domainArn: this.domainArn });
  }

  private createDomain(name: string, args: StudioArgs): Domain {
    return new Domain(
      `${name}-domain`,
      {
        domainName: args.domainName,
        // IAM mode: permissions on presigned links can be conditioned on the endpoint that they come through. Identity
        // Center mode has no such condition (SageMaker developer guide, "Connect to Studio through an interface VPC endpoint").
        authMode: "IAM",
        appNetworkAccessType: "VpcOnly",
        vpcId: args.vpcId,
        subnetIds: args.subnetIds,
        kmsKeyId: args.keyArn,
        tagPropagation: "ENABLED",
        defaultUserSettings: userSettings(args.fallbackRoleArn, args),
        defaultSpaceSettings: {
          executionRole: args.fallbackRoleArn,
          securityGroups: [args.securityGroupId],
          jupyterLabAppSettings: { appLifecycleManagement: { idleSettings: IDLE } },
        },
        domainSettings: {
          securityGroupIds: [args.securityGroupId],
          dockerSettings: { enableDockerAccess: "DISABLED" },
          executionRoleIdentityConfig: "USER_PROFILE_NAME",
        },
        // Home directories hold people's work, and nothing else has a copy: deleting the domain must not delete it.
        retentionPolicy: { homeEfsFileSystem: "Retain" },
      },
      { parent: this },
    );
  }

  private createMember(name: string, domain: Domain, member: StudioMemberArgs, args: StudioArgs): void {
    const profile = new UserProfile(
      `${name}-${member.name}-profile`,
      { domainId: domain.id, userProfileName: member.profileName, userSettings: userSettings(member.roleArn, args) },
      { parent: this },
    );
    new Space(
      `${name}-${member.name}-space`,
      {
        domainId: domain.id,
        spaceName: member.spaceName,
        ownershipSettings: { ownerUserProfileName: member.profileName },
        spaceSharingSettings: { sharingType: "Private" },
        spaceSettings: {
          appType: "JupyterLab",
          spaceStorageSettings: { ebsStorageSettings: { ebsVolumeSizeInGb: SPACE_GB } },
        },
      },
      { parent: this, dependsOn: [profile] },
    );
  }
}

function userSettings(executionRole: pulumi.Input<string>, args: StudioArgs) {
  const idle = { appLifecycleManagement: { idleSettings: IDLE } };
  return {
    executionRole,
    // Studio ignores the domain's groups for applications: they must be given for users too.
    securityGroups: [args.securityGroupId],
    // Shared notebook output would be a copy of data in one more place.
    sharingSettings: { notebookOutputOption: "Disabled" },
    jupyterLabAppSettings: idle,
    codeEditorAppSettings: idle,
    studioWebPortal: "ENABLED",
    defaultLandingUri: "studio::",
    // Private spaces have disks of their own; the shared file system stays out of them.
    autoMountHomeEfs: "Disabled",
  };
}
