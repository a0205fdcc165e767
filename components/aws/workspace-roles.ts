/** The roles of one workspace, with exactly the grants that its spec implies. */
import { Policy } from "@pulumi/aws/iam/policy.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment.js";
import * as pulumi from "@pulumi/pulumi";
import { fit } from "../names.ts";
import type { Person, Workspace } from "../spec.ts";
import { CONNECT_DATABASE } from "./actions.ts";
import { type DataAccessArgs, dataStatements, grant, roleArn, WorkloadIdentity } from "./identities.ts";
import { launchStatements, pinStatements, requirementStatements } from "./jobs.ts";
import { keyUseStatements } from "./keys.ts";
import { jobPrefixOf, LIMITS, notebookName, pipelineName, prefixOf, profileName, roleName } from "./names.ts";
import {
  dataScientistStatements,
  operatorStatements,
  personTrust,
  presignPinStatement,
  runPipelineStatements,
  writeSecretStatements,
} from "./people.ts";
import { boundaryStatements } from "./perimeter.ts";
import { identityPolicy, policyDocument, type Statement } from "./policy.ts";
import {
  type Attachment,
  insideNetworkStatement,
  jobNetworkStatements,
  jobRuntimeStatements,
  keyPinStatements,
  notebookRuntimeStatements,
  packageStatements,
  passRoleStatement,
  pipelineFolderStatements,
  ROLE_ACTIONS,
  startNotebookStatements,
} from "./roles.ts";
import { secretName } from "./secrets.ts";
import { arn, iamArn, targetOf } from "./target.ts";

/** A policy that several roles share. */
interface SharedPolicy {
  kind: string;
  policy: Policy;
}

/** What roles are tied to. Only the cloud can give most of these ids. */
export interface RoleTies {
  /** Keys by purpose. */
  keyArns: Record<string, pulumi.Input<string>>;
  /** Keys of existing data stores. */
  existingKeyArns: pulumi.Input<string>[];
  /** Id of the VPC. */
  vpcId: pulumi.Input<string>;
  /** Private subnets. */
  subnetIds: pulumi.Input<string>[];
  /** Security group of workloads. */
  securityGroupId: pulumi.Input<string>;
  /** Endpoints through which links may be asked for and opened. */
  linkEndpointIds: pulumi.Input<string>[];
  /** Data stores, for notebooks and for jobs. */
  dataStores: DataAccessArgs[];
  /** The models' bucket. */
  models: DataAccessArgs;
  /** Folders that steps of pipelines write. */
  pipelineFolders: DataAccessArgs[];
  /** Name of the package mirror, if there is one. */
  packageMirror?: string;
  /** Beginning of the workspace's log groups. */
  logGroupPrefix: string;
  /** Permissions boundary of every role. */
  boundaryArn: pulumi.Input<string>;
}

/** Where notebooks put code and input for jobs, inside the models' bucket. */
export const STAGING = "staging/";

/** ARN of the role that jobs run with. */
export function jobRoleArn(workspace: Workspace): string {
  return roleArn(targetOf(workspace), roleName(workspace, "jobs"));
}

/** ARN of the execution role of a person's notebooks and Studio applications. */
export function notebookRoleArn(workspace: Workspace, person: string): string {
  return roleArn(targetOf(workspace), roleName(workspace, "notebook", person));
}

/** ARN of the role that a data scientist assumes. */
export function dataScientistRoleArn(workspace: Workspace, person: string): string {
  return roleArn(targetOf(workspace), roleName(workspace, "data-scientist", person));
}

/** ARN of the role that an operator assumes. */
export function operatorRoleArn(workspace: Workspace, person: string): string {
  return roleArn(targetOf(workspace), roleName(workspace, "operator", person));
}

/** Data scientists who are one human being: they have notebooks and a Studio profile. */
export function humans(workspace: Workspace): Person[] {
  return workspace.people.dataScientists.filter((person) => person.kind === "person");
}

/** ARN of the permissions boundary, whether the workspace creates it or not. */
export function boundaryArn(workspace: Workspace): string {
  const existing = workspace.account.aws!.permissionsBoundaryArn;
  return existing ?? iamArn(targetOf(workspace), `policy/${boundaryName(workspace)}`);
}

function boundaryName(workspace: Workspace): string {
  return fit(`${prefixOf(workspace)}-boundary`, LIMITS.policy);
}

/** Creates the boundary: the most that any role of the workspace can ever do, and only to the organization's own things. */
export function createBoundary(name: string, workspace: Workspace, parent: pulumi.Resource): Policy | undefined {
  if (workspace.account.aws!.permissionsBoundaryArn) return undefined;
  const target = targetOf(workspace);
  const passed = passRoleStatement("PassExecutionRoles", [
    jobRoleArn(workspace),
    ...["notebook", "step"].map((kind) => roleArn(target, `${prefixOf(workspace)}-${kind}-*`)),
  ]);
  // Signing in to a database is no request to AWS, and carries nothing that tells whose database it is.
  const signIn: Statement = {
    Sid: "SignInToDatabases",
    Effect: "Allow",
    Action: CONNECT_DATABASE,
    Resource: arn(target, "rds-db", "dbuser:*"),
  };
  return new Policy(
    `${name}-boundary`,
    {
      name: boundaryName(workspace),
      description: "The most that a role of the workspace can do",
      policy: policyDocument([...boundaryStatements(target, ROLE_ACTIONS), passed, signIn]),
    },
    { parent },
  );
}

/** Execution roles for notebooks and jobs, and roles for people. */
export class WorkspaceRoles extends pulumi.ComponentResource {
  /** ARNs by role and person: `jobs`, `notebook-ana`, `data-scientist-ana`, `operator-ops`. */
  readonly roleArns: Record<string, pulumi.Output<string>> = {};
  /** Names of the execution roles of people's notebooks, by person. */
  readonly notebookRoleNames: Record<string, pulumi.Output<string>> = {};
  /** ARN of a role without permissions. */
  readonly fallbackRoleArn: pulumi.Output<string>;
  /** Everything that a notebook or a domain must wait for. */
  readonly grants: pulumi.Resource[] = [];

  private readonly name: string;
  private readonly workspace: Workspace;
  private readonly ties: RoleTies;

  /**
   * @param name Name of the component; its children's names begin with it.
   * @param workspace The valid spec.
   * @param ties What the roles are tied to.
   * @param opts Resource options.
   */
  constructor(name: string, workspace: Workspace, ties: RoleTies, opts?: pulumi.ComponentResourceOptions) {
    super("secure-ml-workspace:aws:WorkspaceRoles", name, {}, opts);
    this.name = name;
    this.workspace = workspace;
    this.ties = ties;
    const launching = this.createLaunchPolicies();
    const running = this.createRunPolicy();
    this.createJobRole();
    for (const person of humans(workspace)) this.createNotebookRole(person, [...launching, ...running]);
    for (const person of workspace.people.dataScientists) {
      this.createDataScientistRole(person, [...launching, ...running]);
    }
    for (const person of workspace.people.operators) this.createOperatorRole(person, running);
    this.fallbackRoleArn = this.createFallbackRole();
    this.registerOutputs({ roleArns: this.roleArns });
  }

  /** Launching, and what limits it, as policies of their own: several roles share them. */
  private createLaunchPolicies(): SharedPolicy[] {
    const target = targetOf(this.workspace);
    const prefix = jobPrefixOf(this.workspace);
    const { keyArns, subnetIds, securityGroupId } = this.ties;
    const pins = pinStatements({
      subnetIds,
      securityGroupIds: [securityGroupId],
      volumeKeyArns: [keyArns.notebooks!],
      outputKeyArns: [keyArns.data!, keyArns.models!],
    });
    const launch = launchStatements(target, prefix, jobRoleArn(this.workspace));
    return [
      this.managedPolicy("job-requirements", "What every job must say", requirementStatements(target, prefix)),
      this.managedPolicy("job-pins", "Subnets, security groups and keys of every job", pins),
      this.managedPolicy("job-launch", "Launching jobs", launch),
    ];
  }

  /** Running pipelines, as a policy of its own too: it names each of them, and a role has little room. */
  private createRunPolicy(): SharedPolicy[] {
    const { pipelines } = this.workspace.training;
    if (pipelines.length === 0) return [];
    const names = pipelines.map(({ name }) => pipelineName(this.workspace, name));
    const statements = runPipelineStatements(targetOf(this.workspace), names);
    return [this.managedPolicy("run-pipelines", "Running the workspace's pipelines", statements)];
  }

  private managedPolicy(kind: string, description: string, statements: Statement[]): SharedPolicy {
    const name = fit(`${prefixOf(this.workspace)}-${kind}`, LIMITS.policy);
    const settings = { name, description, policy: identityPolicy(statements) };
    return { kind, policy: new Policy(`${this.name}-${kind}`, settings, { parent: this }) };
  }

  private createJobRole(): void {
    const target = targetOf(this.workspace);
    const { dataStores, models } = this.ties;
    const identity = this.executionRole("jobs", "Jobs of the workspace");
    this.grant("jobs", identity.roleName, [
      ...dataStatements(target, [...dataStores, { ...models, access: "read-write" }]),
      ...jobRuntimeStatements(target, jobPrefixOf(this.workspace)),
      ...this.packageGrants(),
      ...jobNetworkStatements(target, this.place),
      ...this.keyPins(),
      ...pipelineFolderStatements(target, this.ties.pipelineFolders),
    ]);
    this.roleArns.jobs = identity.roleArn;
  }

  /** One execution role for each person, so that audit logs say whose notebook acted, and Studio opens one's own only. */
  private createNotebookRole(person: Person, policies: SharedPolicy[]): void {
    const target = targetOf(this.workspace);
    const id = `notebook-${person.name}`;
    const { dataStores, models, vpcId } = this.ties;
    const identity = this.executionRole(id, `Notebooks of ${person.name}`, ["notebook", person.name]);
    // Notebooks read models and stage code for jobs; only jobs write models.
    const modelParts = [
      { ...models, access: "read" },
      { ...models, access: "read-write", prefix: STAGING },
    ];
    this.grant(id, identity.roleName, [
      ...dataStatements(target, [...dataStores, ...modelParts]),
      ...notebookRuntimeStatements(target, profileName(this.workspace, person.name)),
      ...this.packageGrants(),
      ...this.keyPins(),
      ...pipelineFolderStatements(target, this.ties.pipelineFolders),
      insideNetworkStatement(vpcId),
    ]);
    this.attach(id, identity.roleName, policies);
    this.roleArns[id] = identity.roleArn;
    this.notebookRoleNames[person.name] = identity.roleName;
  }

  private createDataScientistRole(person: Person, policies: SharedPolicy[]): void {
    const target = targetOf(this.workspace);
    const id = `data-scientist-${person.name}`;
    const role = this.personRole(id, ["data-scientist", person.name], `Data scientist ${person.name}`, person);
    const notebooks = this.workspace.notebooks
      .filter((notebook) => notebook.owner === person.name)
      .map((notebook) => notebookName(this.workspace, notebook.name));
    const profile = person.kind === "person" ? profileName(this.workspace, person.name) : undefined;
    this.grant(id, role.name, [
      ...dataScientistStatements(target, jobPrefixOf(this.workspace), {
        profile,
        notebooks,
      }),
      ...(notebooks.length > 0 ? this.startNotebooks([person.name]) : this.volumeKeyUse()),
      presignPinStatement(this.ties.linkEndpointIds),
    ]);
    this.attach(id, role.name, policies);
  }

  private createOperatorRole(person: Person, policies: SharedPolicy[]): void {
    const id = `operator-${person.name}`;
    const role = this.personRole(id, ["operator", person.name], `Operator ${person.name}`, person);
    const prefixes = [prefixOf(this.workspace), jobPrefixOf(this.workspace), this.ties.logGroupPrefix] as const;
    const owners = [...new Set(this.workspace.notebooks.map((notebook) => notebook.owner))].sort();
    const secrets = this.workspace.secrets.map((secret) => secretName(this.workspace, secret.name));
    this.grant(id, role.name, [
      ...operatorStatements(targetOf(this.workspace), ...prefixes),
      ...(secrets.length > 0
        ? writeSecretStatements(targetOf(this.workspace), secrets, this.ties.keyArns.secrets!)
        : []),
      ...(owners.length > 0 ? this.startNotebooks(owners) : []),
    ]);
    this.attach(id, role.name, policies);
  }

  /** What starting the notebooks of `owners` takes. */
  private startNotebooks(owners: string[]): Statement[] {
    const roles = owners.map((owner) => notebookRoleArn(this.workspace, owner));
    return startNotebookStatements(targetOf(this.workspace), roles, this.ties.keyArns.notebooks!, this.place);
  }

  private volumeKeyUse(): Statement[] {
    return keyUseStatements(targetOf(this.workspace), "VolumeKey", [this.ties.keyArns.notebooks!], "volume");
  }

  private get place(): Attachment {
    return { subnetIds: this.ties.subnetIds, securityGroupIds: [this.ties.securityGroupId] };
  }

  private createFallbackRole(): pulumi.Output<string> {
    return this.executionRole("fallback", "Studio users without a role of their own: no permissions").roleArn;
  }

  private executionRole(id: string, description: string, nameParts: string[] = [id]): WorkloadIdentity {
    const settings = { roleName: roleName(this.workspace, ...nameParts), description };
    const boundary = { permissionsBoundaryArn: this.ties.boundaryArn };
    const args = { ...targetOf(this.workspace), ...settings, ...boundary };
    return new WorkloadIdentity(`${this.name}-${id}`, args, { parent: this });
  }

  private personRole(id: string, nameParts: string[], description: string, person: Person): Role {
    const role = new Role(
      `${this.name}-${id}-role`,
      {
        name: roleName(this.workspace, ...nameParts),
        description,
        assumeRolePolicy: policyDocument([personTrust(person.aws!)]),
        permissionsBoundary: this.ties.boundaryArn,
      },
      { parent: this },
    );
    this.roleArns[id] = role.arn;
    return role;
  }

  private grant(id: string, role: pulumi.Input<string>, statements: Statement[]): void {
    this.grants.push(...grant(`${this.name}-${id}`, role, statements, this));
  }

  /** Attaches in order, so that what limits launching is in force before launching is allowed. */
  private attach(id: string, role: pulumi.Input<string>, policies: SharedPolicy[]): void {
    const attached: RolePolicyAttachment[] = [];
    for (const { kind, policy } of policies) {
      const opts = { parent: this, dependsOn: [...attached] };
      attached.push(new RolePolicyAttachment(`${this.name}-${id}-${kind}`, { role, policyArn: policy.arn }, opts));
    }
    this.grants.push(...attached);
  }

  private keyPins(): Statement[] {
    const { keyArns, existingKeyArns } = this.ties;
    const uploads = [keyArns.data!, keyArns.models!, ...existingKeyArns];
    return keyPinStatements(targetOf(this.workspace), keyArns.notebooks!, uploads);
  }

  private packageGrants(): Statement[] {
    const mirror = this.ties.packageMirror;
    return mirror ? packageStatements(targetOf(this.workspace), mirror, mirror) : [];
  }
}
