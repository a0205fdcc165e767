/**
 * The workspace spec: what a team writes. This one schema gives the validation, the defaults, the TypeScript types,
 * the public argument interfaces (args.ts), the JSON Schema for editors and the reference page (both generated).
 */
import * as z from "zod";
import { parseCidr } from "./cidr.ts";
import { duplicate, InvalidInputError, list, type Problem } from "./problems.ts";
import { days, existingId, slug } from "./spec-fields.ts";
import { explainIssue } from "./spec-issues.ts";
import { trainingProblems } from "./training-problems.ts";
import { SIZES, trainingFields } from "./training-spec.ts";

export { SIZES } from "./training-spec.ts";

/** The clouds that a workspace can run on: SageMaker, Vertex AI and Azure ML. */
export const CLOUDS = ["aws", "gcp", "azure"] as const;

/** What workloads may reach beyond the cloud's own private endpoints. */
export const EGRESS_MODES = ["none", "packages", "approved"] as const;

/** How sensitive the workspace's data is. */
export const DATA_CLASSIFICATIONS = ["internal", "confidential", "restricted"] as const;

/** Whether a person entry is one human being or a directory group. */
const PERSON_KINDS = ["person", "group"] as const;

/** What the workspace's identities may do with a data store. */
const ACCESS_MODES = ["read", "read-write"] as const;

/** Gaps so wide that a spec is refused unless it accepts them by name. */
export const ACCEPTABLE_GAPS = ["vertex-jobs-internet"] as const;

const HOST = /^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const cidr = z.string().refine((value) => parseCidr(value)?.isPrivate, {
  error: "use a private IPv4 range in CIDR form, such as 10.20.0.0/20",
});

const awsAccount = z
  .strictObject({
    accountId: z
      .string()
      .regex(/^\d{12}$/, "use the 12-digit account number, in quotes")
      .meta({ description: "AWS account that the workspace is created in. The provider refuses any other account." }),
    organizationId: z
      .string()
      .regex(/^o-[a-z0-9]{10,32}$/, "use the organization id, such as o-a1b2c3d4e5")
      .optional()
      .meta({
        description:
          "AWS Organizations id. Private endpoints then admit resources of the organization; without it, only resources of the account itself.",
      }),
    permissionsBoundaryArn: z
      .string()
      .regex(/^arn:aws[a-z-]*:iam::\d{12}:policy\/.+$/, "use the ARN of an IAM managed policy")
      .optional()
      .meta({
        description:
          "Existing permissions boundary for every role of the workspace. Without it the workspace creates a boundary of its own.",
      }),
  })
  .meta({ id: "AwsAccountArgs", description: "The AWS account that the workspace lives in." });

const gcpAccount = z
  .strictObject({
    projectId: z
      .string()
      .regex(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/, "use the project id (not its display name)")
      .meta({ description: "Google Cloud project that the workspace is created in." }),
    projectNumber: z
      .string()
      .regex(/^\d{6,19}$/, "use the project number, in quotes")
      .meta({
        description: "Number of that project. The names of Google's service agents, which get key grants, contain it.",
      }),
    organizationId: z
      .string()
      .regex(/^\d{6,19}$/, "use the organization number, in quotes")
      .optional()
      .meta({ description: "Google Cloud organization number." }),
  })
  .meta({ id: "GcpAccountArgs", description: "The Google Cloud project that the workspace lives in." });

const azureAccount = z
  .strictObject({
    tenantId: z
      .string()
      .regex(UUID, "use the tenant's UUID")
      .meta({ description: "Microsoft Entra tenant of the subscription." }),
    subscriptionId: z
      .string()
      .regex(UUID, "use the subscription's UUID")
      .meta({ description: "Azure subscription that the workspace is created in." }),
  })
  .meta({ id: "AzureAccountArgs", description: "The Azure subscription that the workspace lives in." });

const account = z
  .strictObject({
    aws: awsAccount.optional(),
    gcp: gcpAccount.optional(),
    azure: azureAccount.optional(),
  })
  .meta({
    id: "AccountArgs",
    description: "Where the workspace is created. Only the entry of the stack's own cloud is needed.",
  });

const person = z
  .strictObject({
    name: slug(20, "Short name, unique in the workspace. It becomes part of role and profile names."),
    kind: z.enum(PERSON_KINDS).default("person").meta({
      description: "`person` is one human being, `group` a directory group. Only a person can own a notebook.",
    }),
    aws: z
      .string()
      .regex(/^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/.+$/, "use the ARN of the IAM role or user that signs in")
      .optional()
      .meta({
        description:
          "ARN of the IAM principal that this person or group signs in with, for example an IAM Identity Center role.",
      }),
    gcp: z
      .string()
      .regex(/^(user|group):[^@\s]+@[^@\s]+$|^principal(Set)?:\/\//, "use a member such as user:ana@example.com")
      .optional()
      .meta({ description: "Google Cloud member: `user:`, `group:`, or a workforce `principal://` identifier." }),
    azure: z
      .string()
      .regex(UUID, "use the Entra object id (a UUID)")
      .optional()
      .meta({ description: "Microsoft Entra object id of the user or group." }),
  })
  .meta({ id: "PersonArgs", description: "A person or group, with its identifier in each cloud that is used." });

const people = z
  .strictObject({
    dataScientists: z
      .array(person)
      .min(1, "name at least one data scientist")
      .meta({ description: "Those who use notebooks and start jobs inside the workspace's limits." }),
    operators: z
      .array(person)
      .default([])
      .meta({ description: "Those who start, stop and repair the workspace. They cannot read its data." }),
  })
  .meta({ id: "PeopleArgs", description: "Who works in the workspace, by role." });

const existingNetwork = z
  .strictObject({
    networkId: existingId("VPC id (AWS), network self link (Google Cloud) or virtual network resource id (Azure)."),
    subnetIds: z
      .array(existingId("Id of a private subnet."))
      .min(1, "list at least one private subnet")
      .meta({ description: "Private subnets for notebooks and jobs." }),
    routeTableIds: z
      .array(existingId("Id of a route table."))
      .default([])
      .meta({ description: "AWS: route tables of those subnets, which get the S3 gateway endpoint." }),
    privateEndpointSubnetId: existingId("Id of a subnet.")
      .optional()
      .meta({ description: "Azure: subnet for private endpoints. Default: the first of `subnetIds`." }),
    privateDnsResourceGroupId: existingId("Resource id of a resource group.").optional().meta({
      description:
        "Azure: resource group that already holds the private DNS zones. Default: the workspace creates them.",
    }),
  })
  .meta({ id: "ExistingNetworkArgs", description: "A network that exists already and that the workspace joins." });

const network = z
  .strictObject({
    cidr: cidr.optional().meta({
      description: "Private IPv4 range of the workspace's network, /16 to /24. Needed unless `existing` is given.",
    }),
    availabilityZones: z
      .array(z.string().regex(/^[a-z0-9-]+$/, "use the zone's name"))
      .min(1, "name at least one zone")
      .max(4, "use at most 4 zones")
      .optional()
      .meta({
        description:
          "Zones of the private subnets. Default: the first two zones of the location (AWS `<region>a`, `<region>b`; Google Cloud `<region>-b`, `<region>-c`; Azure `1`, `2`).",
      }),
    existing: existingNetwork.optional(),
    egress: z.enum(EGRESS_MODES).default("none").meta({
      description:
        "`none`: only the cloud's private endpoints. `packages`: also a private package mirror. `approved`: also the hosts in `approvedHosts`, through an inspecting gateway.",
    }),
    approvedHosts: z
      .array(z.string().regex(HOST, "use a host name such as pypi.org or *.example.com"))
      .default([])
      .meta({ description: "Host names that may be reached when `egress` is `approved`." }),
    perimeter: z
      .string()
      .regex(
        /^accessPolicies\/\d+\/servicePerimeters\/[A-Za-z0-9_]+$/,
        "use accessPolicies/<number>/servicePerimeters/<name>",
      )
      .optional()
      .meta({
        description:
          "Google Cloud: existing VPC Service Controls perimeter that the project joins, `accessPolicies/<number>/servicePerimeters/<name>`.",
      }),
    flowLogRetentionDays: days(30, 3653, "How long network flow logs are kept, in days.").default(365),
  })
  .meta({ id: "NetworkArgs", description: "The private network. There is no setting that makes it public." });

const existingDataStore = z
  .strictObject({
    id: existingId("Bucket name (AWS, Google Cloud) or storage account resource id (Azure)."),
    container: z.string().min(3, "use the container's name").optional().meta({ description: "Azure: blob container." }),
    keyId: existingId("Id of a key.")
      .optional()
      .meta({ description: "ARN (AWS) or resource id of the customer-managed key that encrypts it." }),
  })
  .meta({ id: "ExistingDataStoreArgs", description: "A data store that exists already." });

const dataStore = z
  .strictObject({
    name: slug(16, "Name of the data store, unique in the workspace."),
    access: z
      .enum(ACCESS_MODES)
      .default("read-write")
      .meta({ description: "What notebooks may do with it: `read` or `read-write`." }),
    existing: existingDataStore
      .optional()
      .meta({ description: "Use this existing store. Without it, the workspace creates an encrypted private one." }),
    retentionDays: days(1, 3650, "How long deleted and overwritten objects can be recovered, in days.").default(90),
    immutableDays: days(
      0,
      3650,
      "How long a new object can be neither changed nor deleted, in days. 0 turns immutability off.",
    ).default(0),
  })
  .meta({ id: "DataStoreArgs", description: "A place for data that notebooks and jobs use." });

const notebook = z
  .strictObject({
    name: slug(20, "Name of the notebook, unique in the workspace."),
    owner: z.string().meta({ description: "`name` of the data scientist who owns it. Nobody else can open it." }),
    size: z.enum(SIZES).default("small").meta({ description: "Machine size in cloud-neutral terms." }),
    machineType: z
      .string()
      .regex(/^[A-Za-z0-9._-]+$/, "use the cloud's machine type")
      .optional()
      .meta({
        description:
          "Exact machine type of the cloud (`ml.t3.medium`, `e2-standard-4`, `Standard_DS3_v2`). Overrides `size`.",
      }),
    image: z.string().min(1, "use the image's name").optional().meta({
      description:
        "Notebook image: platform identifier (SageMaker), image name in the project `cloud-notebooks-managed` or a self link (Workbench), or environment (Azure ML). Default: the cloud's current one.",
    }),
    repositories: z
      .array(z.url({ protocol: /^https$/, error: "use an https:// Git URL without a password" }))
      .default([])
      .meta({ description: "Git repositories to clone; they must be reachable under the chosen `egress`." }),
    idleMinutes: z
      .int("use a whole number of minutes")
      .min(15, "use at least 15 minutes")
      .max(1440, "use at most 1440 minutes")
      .default(60)
      .meta({ description: "Minutes without activity after which the notebook stops." }),
    volumeGb: z
      .int("use a whole number of GB")
      .min(10, "use at least 10 GB")
      .max(4096, "use at most 4096 GB")
      .default(50)
      .meta({ description: "Size of the notebook's disk, in GB." }),
  })
  .meta({ id: "NotebookArgs", description: "A notebook that belongs to one data scientist." });

const keys = z
  .strictObject({
    rotationDays: days(90, 730, "Days between key rotations.").default(365),
    hsm: z
      .boolean()
      .default(false)
      .meta({ description: "Keep the keys in a hardware security module of one's own tier." }),
  })
  .meta({ id: "KeysArgs", description: "The customer-managed keys that encrypt everything in the workspace." });

/** The schema of a workspace spec. Use {@link parseWorkspace}, which also checks what fields say about each other. */
export const workspaceSchema = z
  .strictObject({
    team: slug(20, "The team that the workspace belongs to."),
    name: slug(16, "Name of the workspace, for teams that have several.").default("ml"),
    environment: slug(8, "Stage of the workspace, such as dev, test or prod."),
    cloud: z
      .enum(CLOUDS)
      .meta({ description: "The cloud: `aws` (SageMaker), `gcp` (Vertex AI) or `azure` (Azure ML)." }),
    location: z
      .string()
      .regex(/^[a-z][a-z0-9-]+$/, "use the region's identifier")
      .meta({ description: "The cloud's region, such as `eu-west-1`, `europe-west4` or `westeurope`." }),
    dataClassification: z
      .enum(DATA_CLASSIFICATIONS)
      .meta({ description: "How sensitive the data is. `restricted` demands HSM keys and immutable data stores." }),
    tags: z
      .record(z.string(), z.string())
      .default({})
      .meta({ description: "Tags or labels for every resource, besides team, environment and classification." }),
    account,
    people,
    network: network,
    dataStores: z.array(dataStore).default([]).meta({ description: "The data that notebooks and jobs use." }),
    notebooks: z.array(notebook).default([]).meta({ description: "Notebooks, each with one owner." }),
    keys: keys.prefault({}),
    ...trainingFields,
    acceptedGaps: z.array(z.enum(ACCEPTABLE_GAPS)).default([]).meta({
      description:
        "Gaps that the team's security people have accepted, by name. `vertex-jobs-internet`: without a perimeter, Vertex AI jobs can reach the internet through Google's own gateways, whatever `network.egress` says.",
    }),
  })
  .meta({ id: "WorkspaceArgs", description: "A private ML workspace for one team, on one cloud." });

/** A valid spec with every default filled in. */
export type Workspace = z.output<typeof workspaceSchema>;

/** One of the clouds. */
export type Cloud = Workspace["cloud"];

/** A person or group of a valid spec. */
export type Person = Workspace["people"]["dataScientists"][number];

/** A data store of a valid spec. */
export type DataStoreSpec = Workspace["dataStores"][number];

/** A notebook of a valid spec. */
export type NotebookSpec = Workspace["notebooks"][number];

/** A cloud-neutral machine size. */
export type Size = NotebookSpec["size"];

/**
 * Validates a spec and fills in the defaults.
 * @throws InvalidInputError that lists every problem, each with its path and fix.
 */
export function parseWorkspace(input: unknown): Workspace {
  const result = workspaceSchema.safeParse(input);
  const problems = (result.error?.issues ?? []).flatMap((issue) => explainIssue(issue, workspaceSchema, input));
  const all = [...problems, ...relationProblems(input as Partial<Workspace> | undefined)];
  if (all.length > 0 || !result.data) throw new InvalidInputError("The workspace spec", all);
  return result.data;
}

/**
 * Problems between fields. It reads the raw input, not the parsed one, so that they are reported together with the
 * problems of single fields; whatever is missing or of the wrong type is left to the schema.
 */
function relationProblems(input: Partial<Workspace> | undefined): Problem[] {
  if (typeof input !== "object" || input === null) return [];
  return [
    ...locationProblems(input),
    ...accountProblems(input),
    ...peopleProblems(input),
    ...networkProblems(input),
    ...dataStoreProblems(input),
    ...notebookProblems(input),
    ...restrictedProblems(input),
    ...tagProblems(input),
    ...trainingProblems(input),
  ];
}

const LOCATIONS: Record<string, { pattern: RegExp; example: string }> = {
  aws: { pattern: /^[a-z]{2}(-gov|-iso[a-z]?)?-[a-z]+-\d$/, example: "eu-west-1" },
  gcp: { pattern: /^[a-z]+-[a-z]+\d{1,2}$/, example: "europe-west4" },
  azure: { pattern: /^[a-z]+[a-z0-9]*$/, example: "westeurope" },
};

function locationProblems({ cloud, location }: Partial<Workspace>): Problem[] {
  const known = LOCATIONS[String(cloud)];
  if (!known || typeof location !== "string" || known.pattern.test(location)) return [];
  return [{ path: "location", message: `"${location}" is no ${cloud} region; use one such as ${known.example}` }];
}

function accountProblems({ cloud, account }: Partial<Workspace>): Problem[] {
  if (!CLOUDS.includes(cloud as Cloud) || typeof account !== "object" || account === null) return [];
  if (account[cloud as Cloud]) return [];
  return [{ path: `account.${cloud}`, message: `is required because cloud is "${cloud}"` }];
}

function peopleProblems({ cloud, people }: Partial<Workspace>): Problem[] {
  const problems: Problem[] = [];
  const seen = new Map<string, string>();
  for (const role of ["dataScientists", "operators"] as const) {
    list<Person>(people?.[role]).forEach((entry, index) => {
      const path = `people.${role}[${index}]`;
      if (CLOUDS.includes(cloud as Cloud) && !entry[cloud as Cloud]) {
        problems.push({
          path: `${path}.${cloud}`,
          message: `give ${entry.name ?? "this person"}'s ${cloud} identifier`,
        });
      }
      problems.push(...duplicate(seen, entry.name, path));
    });
  }
  return problems;
}

function networkProblems({ network }: Partial<Workspace>): Problem[] {
  if (typeof network !== "object" || network === null) return [];
  const problems: Problem[] = [];
  const hosts = list<string>(network.approvedHosts);
  if (!network.cidr && !network.existing) {
    problems.push({ path: "network.cidr", message: "is required unless network.existing names a network" });
  }
  const size = parseCidr(network.cidr ?? "")?.prefix;
  if (size !== undefined && (size < 16 || size > 24)) {
    problems.push({ path: "network.cidr", message: `/${size} does not fit; use a range from /16 to /24` });
  }
  if (network.egress === "approved" && hosts.length === 0) {
    problems.push({ path: "network.approvedHosts", message: 'list the hosts that egress "approved" may reach' });
  }
  if (network.egress !== "approved" && hosts.length > 0) {
    problems.push({
      path: "network.approvedHosts",
      message: 'applies to egress "approved" only; remove it or change egress',
    });
  }
  return problems;
}

function dataStoreProblems({ cloud, dataStores }: Partial<Workspace>): Problem[] {
  const seen = new Map<string, string>();
  return list<DataStoreSpec>(dataStores).flatMap((store, index) => {
    const path = `dataStores[${index}]`;
    const problems = duplicate(seen, store.name, path);
    if (store.name === "models" || store.name === "logs") {
      problems.push({
        path: `${path}.name`,
        message: `"${store.name}" is the workspace's own store; use another name`,
      });
    }
    if (store.existing && store.immutableDays) {
      problems.push({ path: `${path}.immutableDays`, message: "cannot be set on an existing store; set it there" });
    }
    if (cloud === "azure" && store.existing && !store.existing.container) {
      problems.push({ path: `${path}.existing.container`, message: "name the blob container of the storage account" });
    }
    return problems;
  });
}

function notebookProblems({ people, notebooks }: Partial<Workspace>): Problem[] {
  const seen = new Map<string, string>();
  const owners = list<Person>(people?.dataScientists);
  return list<NotebookSpec>(notebooks).flatMap((notebook, index) => {
    const path = `notebooks[${index}]`;
    const problems = duplicate(seen, notebook.name, path);
    const owner = owners.find((entry) => entry.name === notebook.owner);
    if (typeof notebook.owner === "string" && !owner) {
      const known = owners.map((entry) => entry.name).join(", ") || "none yet";
      problems.push({
        path: `${path}.owner`,
        message: `"${notebook.owner}" is no data scientist of this spec (${known})`,
      });
    }
    if (owner?.kind === "group") {
      problems.push({
        path: `${path}.owner`,
        message: `"${notebook.owner}" is a group; a notebook belongs to one person`,
      });
    }
    return problems;
  });
}

/** Restricted data needs the strongest keys and write-once stores; asking for less is a contradiction, not a choice. */
function restrictedProblems({ dataClassification, keys, dataStores }: Partial<Workspace>): Problem[] {
  if (dataClassification !== "restricted") return [];
  const problems: Problem[] = [];
  if (keys?.hsm !== true) problems.push({ path: "keys.hsm", message: "set true: restricted data needs HSM keys" });
  list<DataStoreSpec>(dataStores).forEach((store, index) => {
    if (!store.existing && !store.immutableDays) {
      problems.push({
        path: `dataStores[${index}].immutableDays`,
        message: "set at least 1: restricted data needs immutable stores",
      });
    }
  });
  return problems;
}

/** The three tags that the workspace sets itself. */
const OWN_TAGS = ["team", "environment", "data-classification"];

function tagProblems({ tags }: Partial<Workspace>): Problem[] {
  return Object.entries(tags ?? {}).flatMap(([key, value]) => {
    const path = `tags.${key}`;
    if (OWN_TAGS.includes(key)) return [{ path, message: "is set from the spec itself; remove it" }];
    // Google Cloud labels are the narrowest of the three clouds: one rule for all keeps a spec portable.
    const portable = /^[a-z][a-z0-9_-]{0,62}$/.test(key) && /^[a-z0-9_-]{0,63}$/.test(String(value));
    if (portable) return [];
    return [
      { path, message: "use lower-case letters, digits, _ and - (at most 63 characters), which every cloud accepts" },
    ];
  });
}

/** The tags or labels of every resource of a workspace. */
export function workspaceTags(workspace: Workspace): Record<string, string> {
  return {
    ...workspace.tags,
    team: workspace.team,
    environment: workspace.environment,
    "data-classification": workspace.dataClassification,
  };
}
