import { getProjectCmekSettings } from "@pulumi/gcp/logging/getProjectCmekSettings.js";
import { DefaultServiceAccounts } from "@pulumi/gcp/projects/defaultServiceAccounts.js";
import { IAMMember } from "@pulumi/gcp/projects/iammember.js";
import { Service } from "@pulumi/gcp/projects/service.js";
import { ServiceIdentity } from "@pulumi/gcp/projects/serviceIdentity.js";
import { getProjectServiceAccount } from "@pulumi/gcp/storage/getProjectServiceAccount.js";
import * as pulumi from "@pulumi/pulumi";
import type { Workspace } from "../spec.ts";
import { type GcpTarget, serviceAccountMember } from "./target.ts";

/** Google's own accounts that encrypt and decrypt on the workspace's behalf. */
export type AgentName =
  | "compute"
  | "storage"
  | "logging"
  | "aiplatform"
  | "notebooks"
  | "artifactregistry"
  | "secretmanager"
  | "pubsub"
  | "parametermanager"
  | "sqladmin"
  | "workflows";

/** What stands between `service-<project number>@` and `.iam.gserviceaccount.com` in an agent's email. */
const AGENT_DOMAINS: Record<AgentName, string> = {
  compute: "compute-system",
  storage: "gs-project-accounts",
  logging: "gcp-sa-logging",
  aiplatform: "gcp-sa-aiplatform",
  notebooks: "gcp-sa-notebooks",
  artifactregistry: "gcp-sa-artifactregistry",
  secretmanager: "gcp-sa-secretmanager",
  pubsub: "gcp-sa-pubsub",
  parametermanager: "gcp-sa-pm",
  sqladmin: "gcp-sa-cloud-sql",
  workflows: "gcp-sa-workflows",
};

/**
 * The roles of agents that work with the project's resources. An agent that is created before its service is used does
 * not get its role by itself (cloud.google.com/iam/docs/create-service-agents): without it Workbench cannot create a
 * machine, nor Artifact Registry clean up, nor Workflows run as the account that a workflow names. Vertex AI's agent gets
 * its role with the first pipeline only: it reads every bucket of the project, and nothing else here needs it.
 */
const AGENT_ROLES: Partial<Record<AgentName, string>> = {
  artifactregistry: "roles/artifactregistry.serviceAgent",
  notebooks: "roles/notebooks.serviceAgent",
  workflows: "roles/workflows.serviceAgent",
};

/** What Vertex AI's agent needs to run jobs: pull images, act as the jobs' accounts, and read and write for them. */
const PIPELINE_AGENT_ROLES: Partial<Record<AgentName, string>> = { aiplatform: "roles/aiplatform.serviceAgent" };

/** Agents that only an explicit request creates before first use. Each is named like its service. */
const CREATED_AGENTS: AgentName[] = [
  "aiplatform",
  "artifactregistry",
  "notebooks",
  "parametermanager",
  "pubsub",
  "secretmanager",
  "sqladmin",
  "workflows",
];

const ALWAYS_NEEDED = [
  "aiplatform",
  "cloudkms",
  "compute",
  "dns",
  "iam",
  "iap",
  "logging",
  "monitoring",
  "notebooks",
  "oslogin",
  "storage",
];

/** The APIs that a workspace needs, by the name before `.googleapis.com`. */
export function servicesOf(workspace: Workspace): string[] {
  const { network } = workspace;
  const mirror = network.egress === "none" ? [] : ["artifactregistry"];
  const proxy = network.egress === "approved" && !network.existing ? ["networksecurity", "networkservices"] : [];
  return [...new Set([...ALWAYS_NEEDED, ...mirror, ...proxy, ...trainingServices(workspace)])].sort();
}

/** The APIs of images, secrets, parameters, databases, pipelines and the perimeter, where the spec has them. */
function trainingServices({ images, secrets, parameters, databases, training, network }: Workspace): string[] {
  const needs: [boolean, string[]][] = [
    // With the scanning API on, every image is scanned when it is pushed, or first pulled through a mirror.
    [images.length > 0, ["artifactregistry", "containeranalysis", "containerscanning"]],
    [secrets.length > 0, ["pubsub", "secretmanager"]],
    [parameters.length > 0, ["parametermanager"]],
    [databases.some((database) => !database.existing), ["sqladmin"]],
    [training.pipelines.length > 0, ["workflowexecutions", "workflows"]],
    [network.perimeter !== undefined, ["accesscontextmanager"]],
  ];
  return needs.flatMap(([needed, services]) => (needed ? services : []));
}

/** The email of one of Google's service agents in a project. */
export function agentEmail(agent: AgentName, projectNumber: string): string {
  return `service-${projectNumber}@${AGENT_DOMAINS[agent]}.iam.gserviceaccount.com`;
}

/** Arguments of {@link ProjectServices}. */
export interface ProjectServicesArgs {
  /** Project id. */
  project: string;
  /** Project number. */
  projectNumber: string;
  /** APIs to enable, by the name before `.googleapis.com`. */
  services: string[];
  /**
   * Whether Vertex AI's agent gets its role on the project, without which it runs no pipelines. The role reads and
   * writes every bucket of the project on behalf of callers whose rights Vertex AI has checked.
   * @default false
   */
  pipelines?: boolean;
}

/**
 * Enables APIs, brings Google's service agents into being and disables the project's default service accounts.
 *
 * Enabling an API does not always create its agent: Vertex AI's, Notebooks' and Artifact Registry's appear at first use,
 * Cloud Storage's and Cloud Logging's when they are first asked for, Compute Engine's with the API. A grant to an agent
 * that does not exist fails, so each is created, or asked for, before it is granted a key.
 */
export class ProjectServices extends pulumi.ComponentResource {
  /** The enabled APIs, by the name before `.googleapis.com`. */
  readonly services: Record<string, Service>;
  /** The roles of Google's agents on the project: what uses an agent waits for them, and for as long as a grant takes. */
  readonly agentRoles: IAMMember[];
  private readonly args: ProjectServicesArgs;
  private readonly identities: Partial<Record<AgentName, ServiceIdentity>>;

  constructor(name: string, args: ProjectServicesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secure-ml-workspace:gcp:ProjectServices", name, {}, opts);
    this.args = args;
    this.services = Object.fromEntries(args.services.map((service) => [service, this.enable(name, service)]));
    const created = CREATED_AGENTS.filter((agent) => this.services[agent]);
    this.identities = Object.fromEntries(created.map((agent) => [agent, this.identify(name, agent)]));
    this.agentRoles = created.flatMap((agent) => this.grantRole(name, agent));
    this.disableDefaultAccounts(name);
    this.registerOutputs({});
  }

  /**
   * The agent's email, available as soon as the agent exists.
   * The account that Google reports must be the expected one: a mistyped project number would grant the workspace's keys
   * to somebody else's project.
   */
  agent(agent: AgentName): pulumi.Output<string> {
    const expected = agentEmail(agent, this.args.projectNumber);
    return this.reported(agent).apply((email) => {
      if (email?.endsWith(".gserviceaccount.com") && email !== expected) {
        throw new pulumi.RunError(
          `account.gcp.projectNumber: the ${agent} agent of project ${this.args.project} is ${email}, not ${expected}; ` +
            "give the project's own number. If the number is right the project has an agent of an older form: use a newer project.",
        );
      }
      return expected;
    });
  }

  /** What Google says the agent's email is; undefined where it says nothing. */
  private reported(agent: AgentName): pulumi.Output<string | undefined> {
    const { project } = this.args;
    const identity = this.identities[agent];
    if (identity) return identity.email;
    // The look-ups create the agents; nothing else does.
    if (agent === "storage") {
      return this.lookUp(
        agent,
        async () => (await getProjectServiceAccount({ project }, { parent: this })).emailAddress,
      );
    }
    if (agent === "logging") {
      return this.lookUp(
        agent,
        async () => (await getProjectCmekSettings({ project }, { parent: this })).serviceAccountId,
      );
    }
    // Google reports Compute Engine's agent nowhere: the number has to be right for Cloud Storage's first.
    return this.services.storage ? this.agent("storage").apply(() => undefined) : pulumi.output(undefined);
  }

  /**
   * Asks once the APIs are enabled. Without an answer the agent is taken for what its name should be: where there is no
   * such agent, Google refuses the grant by itself.
   */
  private lookUp(agent: AgentName, ask: () => Promise<string | undefined>): pulumi.Output<string | undefined> {
    const enabled = pulumi.all(Object.values(this.services).map((service) => service.id));
    return enabled.apply(() =>
      ask().catch((error: Error) => {
        void pulumi.log.warn(`the ${agent} agent could not be looked up: ${error.message}`, this);
        return undefined;
      }),
    );
  }

  private enable(name: string, service: string): Service {
    const { project } = this.args;
    // Switching an API off would break whatever else uses it in the project, so a destroyed workspace leaves it on.
    return new Service(
      `${name}-${service}`,
      { project, service: `${service}.googleapis.com`, disableOnDestroy: false, disableDependentServices: false },
      { parent: this },
    );
  }

  /**
   * Compute Engine's API brings a service account with the role Editor on the project, unless the organization forbids it.
   * Nothing in a workspace uses it, so nobody shall (CIS Google Cloud 4.1). It stays disabled when the workspace is destroyed.
   */
  private disableDefaultAccounts(name: string): void {
    new DefaultServiceAccounts(
      `${name}-default-accounts`,
      { project: this.args.project, action: "DISABLE", restorePolicy: "NONE" },
      { parent: this, dependsOn: Object.values(this.services) },
    );
  }

  private identify(name: string, service: AgentName): ServiceIdentity {
    return new ServiceIdentity(
      `${name}-${service}-agent`,
      { project: this.args.project, service: `${service}.googleapis.com` },
      { parent: this, dependsOn: [this.services[service] as Service] },
    );
  }

  private grantRole(name: string, agent: AgentName): IAMMember[] {
    const { project, projectNumber, pipelines = false } = this.args;
    const role = AGENT_ROLES[agent] ?? (pipelines ? PIPELINE_AGENT_ROLES[agent] : undefined);
    if (!role) return [];
    return [
      new IAMMember(
        `${name}-${agent}-agent-role`,
        {
          // Available when the agent exists and is this project's.
          project: this.agent(agent).apply(() => project),
          role,
          member: serviceAccountMember(agentEmail(agent, projectNumber)),
        },
        { parent: this },
      ),
    ];
  }
}

/** The APIs and service agents of a workspace. */
export function enableServices(
  name: string,
  workspace: Workspace,
  target: GcpTarget,
  parent: pulumi.Resource,
): ProjectServices {
  const args = {
    project: target.project,
    projectNumber: target.number,
    services: servicesOf(workspace),
    pipelines: workspace.training.pipelines.length > 0,
  };
  return new ProjectServices(name, args, { parent });
}
