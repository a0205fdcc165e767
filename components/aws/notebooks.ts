import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import { NotebookInstance } from "@pulumi/aws/sagemaker/notebookInstance.js";
import { NotebookInstanceLifecycleConfiguration } from "@pulumi/aws/sagemaker/notebookInstanceLifecycleConfiguration.js";
import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../problems.ts";
import { InvalidInputError } from "../problems.ts";
import type { Size, Workspace } from "../spec.ts";
import { encodeScript, idleStopScript } from "./idle-stop.ts";
import { policyDocument } from "./policy.ts";
import { arn } from "./target.ts";

/** A notebook instance without a public path. */
export interface PrivateNotebookArgs {
  /** AWS account id. */
  accountId: string;
  /** Region of the notebook. */
  region: string;
  /** Name of the notebook instance, at most 63 characters. */
  notebookName: string;
  /** ARN of the execution role. */
  roleArn: pulumi.Input<string>;
  /**
   * Name of the execution role, which gets the right to stop this notebook. Needed unless `idleMinutes` is 0.
   * @default none
   */
  roleName?: pulumi.Input<string>;
  /** Private subnet. */
  subnetId: pulumi.Input<string>;
  /** Security groups. */
  securityGroupIds: pulumi.Input<string>[];
  /** ARN of the customer-managed key that encrypts its disk. */
  keyArn: pulumi.Input<string>;
  /**
   * Machine type.
   * @default "ml.t3.medium"
   */
  instanceType?: string;
  /**
   * Platform identifier.
   * @default "notebook-al2023-v1"
   */
  platformIdentifier?: string;
  /**
   * Size of its disk, in GB.
   * @default 50
   */
  volumeGb?: number;
  /**
   * Git repositories to clone, at most four.
   * @default []
   */
  repositories?: string[];
  /**
   * Minutes without activity after which it stops. 0: never.
   * @default 60
   */
  idleMinutes?: number;
}

/** Machine types for the cloud-neutral sizes. */
const MACHINE_TYPES: Record<Size, string> = {
  small: "ml.t3.medium",
  medium: "ml.m5.xlarge",
  large: "ml.m5.4xlarge",
  "gpu-small": "ml.g5.xlarge",
  "gpu-large": "ml.g5.12xlarge",
};

/** Platforms that AWS still supports (Security Hub SageMaker.8); the first is the default. */
const PLATFORMS = ["notebook-al2023-v1", "notebook-al2-v3"];

/** SageMaker clones one default and three additional repositories. */
const MOST_REPOSITORIES = 4;

/**
 * A notebook instance in a private subnet: no direct internet access, no root, IMDSv2, its disk under a customer-managed
 * key (Security Hub SageMaker.1, .2, .3, .8, .21; CKV_AWS_371).
 */
export class PrivateNotebook extends pulumi.ComponentResource {
  /** Id (the name) of the notebook instance. */
  readonly notebookId: pulumi.Output<string>;

  /**
   * @param name Name of the component; its children's names begin with it.
   * @param args Role, subnet, key and machine.
   * @param opts Resource options.
   * @throws InvalidInputError when the idle time needs a role name and none is given, or a value is out of range.
   */
  constructor(name: string, args: PrivateNotebookArgs, opts?: pulumi.ComponentResourceOptions) {
    const problems = argumentProblems(args);
    if (problems.length > 0) throw new InvalidInputError(`The notebook ${name}`, problems);
    super("secure-ml-workspace:aws:PrivateNotebook", name, {}, opts);
    const idleMinutes = args.idleMinutes ?? 60;
    const idleStop = idleMinutes > 0 ? this.createIdleStop(name, idleMinutes, args) : undefined;
    const [defaultCodeRepository, ...additionalCodeRepositories] = args.repositories ?? [];
    const notebook = new NotebookInstance(
      `${name}-notebook`,
      {
        name: args.notebookName,
        roleArn: args.roleArn,
        instanceType: args.instanceType ?? MACHINE_TYPES.small,
        platformIdentifier: args.platformIdentifier ?? PLATFORMS[0],
        subnetId: args.subnetId,
        securityGroups: args.securityGroupIds,
        directInternetAccess: "Disabled",
        rootAccess: "Disabled",
        instanceMetadataServiceConfiguration: { minimumInstanceMetadataServiceVersion: "2" },
        kmsKeyId: args.keyArn,
        volumeSize: args.volumeGb ?? 50,
        lifecycleConfigName: idleStop?.name,
        defaultCodeRepository,
        additionalCodeRepositories: additionalCodeRepositories.length > 0 ? additionalCodeRepositories : undefined,
      },
      { parent: this },
    );
    this.notebookId = notebook.id;
    this.registerOutputs({ notebookId: this.notebookId });
  }

  /** The start script, and the role's right to stop this one notebook. */
  private createIdleStop(name: string, minutes: number, args: PrivateNotebookArgs) {
    const policy = policyDocument([
      {
        Sid: "StopItself",
        Effect: "Allow",
        Action: ["sagemaker:DescribeNotebookInstance", "sagemaker:StopNotebookInstance"],
        Resource: arn(args, "sagemaker", `notebook-instance/${args.notebookName}`),
      },
    ]);
    const settings = { name: `${name}-idle-stop`, role: args.roleName!, policy };
    new RolePolicy(`${name}-idle-stop`, settings, { parent: this });
    return new NotebookInstanceLifecycleConfiguration(
      `${name}-lifecycle`,
      { name: args.notebookName, onStart: encodeScript(idleStopScript(minutes)) },
      { parent: this },
    );
  }
}

function argumentProblems(args: PrivateNotebookArgs): Problem[] {
  const problems: Problem[] = [];
  if (args.idleMinutes !== 0 && !args.roleName) {
    problems.push({
      path: "roleName",
      message: "is needed to stop an idle notebook; give it, or set idleMinutes to 0",
    });
  }
  if ((args.repositories?.length ?? 0) > MOST_REPOSITORIES) {
    problems.push({ path: "repositories", message: `SageMaker clones at most ${MOST_REPOSITORIES}; remove some` });
  }
  return problems;
}

/** The machine type of a notebook of the spec. */
export function machineTypeOf(notebook: Workspace["notebooks"][number]): string {
  return notebook.machineType ?? MACHINE_TYPES[notebook.size];
}

/** What is wrong with the spec's notebooks on this cloud. */
export function notebookProblems({ notebooks, network }: Workspace): Problem[] {
  return notebooks.flatMap((notebook, index) => {
    const path = `notebooks[${index}]`;
    const problems: Problem[] = [];
    if (notebook.machineType && !/^ml\.[a-z0-9-]+\.[a-z0-9]+$/.test(notebook.machineType)) {
      const message = `"${notebook.machineType}" is no SageMaker machine type; use one such as ml.t3.medium`;
      problems.push({ path: `${path}.machineType`, message });
    }
    if (notebook.image && !PLATFORMS.includes(notebook.image)) {
      const message = `"${notebook.image}" is no supported platform identifier; use one of ${PLATFORMS.join(", ")}`;
      problems.push({ path: `${path}.image`, message });
    }
    if (notebook.repositories.length > MOST_REPOSITORIES) {
      const message = `SageMaker clones at most ${MOST_REPOSITORIES}; remove some`;
      problems.push({ path: `${path}.repositories`, message });
    }
    // What an existing network lets out is not in the spec, so it cannot be checked.
    if (network.existing) return problems;
    notebook.repositories.forEach((url, position) => {
      const host = new URL(url).hostname;
      if (network.approvedHosts.some((approved) => covers(approved, host))) return;
      const message = `${host} cannot be reached; set network.egress to "approved" and list the host, or remove it`;
      problems.push({ path: `${path}.repositories[${position}]`, message });
    });
    return problems;
  });
}

function covers(approved: string, host: string): boolean {
  return approved === host || (approved.startsWith("*.") && host.endsWith(approved.slice(1)));
}
