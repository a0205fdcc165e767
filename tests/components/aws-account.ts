/** A workspace as it stands in an account after an update, with fake ids, and what IAM says about requests to it. */
import { runSimulation } from "@cloud-copilot/iam-simulate";
import type { WorkspaceArgs } from "../../components/args.ts";
import { createProvider, SecureMlWorkspace } from "../../components/aws/index.ts";
import { type Registration, record } from "./record.ts";

export const ACCOUNT = "111122223333";
export const REGION = "eu-west-1";
export const ORGANIZATION = "o-a1b2c3d4e5";

/** A request to AWS. */
export interface Request {
  /** Name of the role that asks. */
  role: string;
  action: string;
  resource: string;
  /** Account of the resource. Default: the workspace's own. */
  owner?: string;
  /** Condition keys of the request. A key that is given as undefined is absent. */
  context?: Record<string, string | string[] | undefined>;
  /** Policy of the resource. */
  resourcePolicy?: string;
  /** Policy of the endpoint that the request goes through. */
  endpointPolicy?: string;
}

/** Outputs that the AWS provider adds, in the form that AWS gives them. */
export function awsOutputs(type: string, name: string, inputs: Record<string, unknown>): Record<string, unknown> {
  const own = `${REGION}:${ACCOUNT}`;
  switch (type) {
    case "aws:kms/key:Key":
      return { arn: `arn:aws:kms:${own}:key/${name}`, keyId: name };
    case "aws:iam/role:Role":
      return { arn: `arn:aws:iam::${ACCOUNT}:role/${inputs.name}` };
    case "aws:iam/policy:Policy":
      return { arn: `arn:aws:iam::${ACCOUNT}:policy/${inputs.name}` };
    case "aws:cloudwatch/logGroup:LogGroup":
      return { arn: `arn:aws:logs:${own}:log-group:${inputs.name}` };
    case "aws:secretsmanager/secret:Secret":
      // Secrets Manager ends every name with six characters of its own.
      return { arn: `arn:aws:secretsmanager:${own}:secret:${inputs.name}-AbCdEf` };
    case "aws:rds/instance:Instance":
      return { address: `${inputs.identifier}.c0example.${REGION}.rds.amazonaws.com`, resourceId: `db-${name}` };
    case "aws:sagemaker/pipeline:Pipeline":
      return { arn: `arn:aws:sagemaker:${own}:pipeline/${inputs.pipelineName}` };
    case "aws:ec2/vpcEndpoint:VpcEndpoint":
      return inputs.vpcEndpointType === "Gateway" ? { prefixListId: `pl-${name}` } : {};
    case "aws:networkfirewall/firewall:Firewall":
      return { arn: `arn:aws:network-firewall:${own}:firewall/${inputs.name}`, firewallStatuses: [statuses(inputs)] };
    case "aws:networkfirewall/firewallPolicy:FirewallPolicy":
      return { arn: `arn:aws:network-firewall:${own}:firewall-policy/${inputs.name}` };
    case "aws:networkfirewall/ruleGroup:RuleGroup":
      return { arn: `arn:aws:network-firewall:${own}:${inputs.type}/${inputs.name}` };
    default:
      return {};
  }
}

/** A firewall has one endpoint in the zone of each of its subnets; the subnets' fake ids end in the zone's name. */
function statuses(inputs: Record<string, unknown>) {
  const mappings = inputs.subnetMappings as { subnetId: string }[];
  const syncStates = mappings.map(({ subnetId }) => {
    const availabilityZone = /([a-z]+-[a-z]+-\d[a-z])-id$/.exec(subnetId)![1]!;
    return { availabilityZone, attachments: [{ endpointId: `vpce-firewall-${availabilityZone}`, subnetId }] };
  });
  // AWS lists them in no particular order.
  return { syncStates: syncStates.reverse() };
}

/** What a spec creates. */
export async function workspaceOf(spec: WorkspaceArgs): Promise<Registration[]> {
  return recordUpdate(() => {
    const provider = createProvider("target", spec);
    new SecureMlWorkspace(`${spec.team}-${spec.name ?? "ml"}`, spec, { provider });
  });
}

/** What a program creates in an update. Policies that were given as objects become text, as the provider makes it. */
export async function recordUpdate(program: () => unknown): Promise<Registration[]> {
  const registrations = await record(program, { outputs: awsOutputs });
  return registrations.map(({ inputs, ...rest }) => ({
    ...rest,
    inputs: typeof inputs.policy === "object" ? { ...inputs, policy: JSON.stringify(inputs.policy) } : inputs,
  }));
}

/** Answers requests from the policies that a workspace registered. */
export class Account {
  private readonly resources: Registration[];

  constructor(resources: Registration[]) {
    this.resources = resources;
  }

  /** The only input of the only resource of a type whose `property` has a value. */
  find(type: string, property: string, value: string): Record<string, unknown> {
    const found = this.resources.filter((entry) => entry.type === type && entry.inputs[property] === value);
    if (found.length !== 1) throw new Error(`expected one ${type} with ${property} ${value}, found ${found.length}`);
    return found[0]!.inputs;
  }

  /** Policy of a bucket. */
  bucketPolicy(bucket: string): string {
    return this.find("aws:s3/bucketPolicy:BucketPolicy", "bucket", bucket).policy as string;
  }

  /** Policy of a secret, by the secret's ARN. */
  secretPolicy(secretArn: string): string {
    return this.find("aws:secretsmanager/secretPolicy:SecretPolicy", "secretArn", secretArn).policy as string;
  }

  /** Policy of a key, by its resource name, which is also its fake key id. */
  keyPolicy(keyId: string): string {
    const key = this.resources.find((entry) => entry.type === "aws:kms/key:Key" && entry.name === keyId);
    if (!key) throw new Error(`there is no key ${keyId}`);
    return key.inputs.policy as string;
  }

  /** Policy of an endpoint, by its service. */
  endpointPolicy(serviceName: string): string {
    return this.find("aws:ec2/vpcEndpoint:VpcEndpoint", "serviceName", serviceName).policy as string;
  }

  /** Every identity policy of a role. */
  policiesOf(role: string): { name: string; policy: string }[] {
    const inline = this.resources
      .filter((entry) => entry.type === "aws:iam/rolePolicy:RolePolicy" && entry.inputs.role === role)
      .map((entry) => ({ name: entry.name, policy: entry.inputs.policy as string }));
    const attached = this.resources
      .filter(
        (entry) => entry.type === "aws:iam/rolePolicyAttachment:RolePolicyAttachment" && entry.inputs.role === role,
      )
      .map((entry) => this.managedPolicy(entry.inputs.policyArn as string));
    return [...inline, ...attached];
  }

  private managedPolicy(policyArn: string): { name: string; policy: string } {
    const name = policyArn.split("/").at(-1)!;
    return { name, policy: this.find("aws:iam/policy:Policy", "name", name).policy as string };
  }

  /** Whether a request is allowed: `Allowed`, `ImplicitlyDenied` or `ExplicitlyDenied`. */
  async ask(request: Request): Promise<string> {
    const principal = `arn:aws:iam::${ACCOUNT}:role/${request.role}`;
    const boundary = this.find("aws:iam/role:Role", "name", request.role).permissionsBoundary as string;
    const simulation = {
      request: {
        principal,
        action: request.action,
        resource: { resource: request.resource, accountId: request.owner ?? ACCOUNT },
        contextVariables: contextOf(principal, request),
      },
      identityPolicies: parsed(this.policiesOf(request.role)),
      permissionBoundaryPolicies: parsed([this.managedPolicy(boundary)]),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy: request.resourcePolicy && JSON.parse(request.resourcePolicy),
      vpcEndpointPolicies: request.endpointPolicy
        ? parsed([{ name: "endpoint", policy: request.endpointPolicy }])
        : undefined,
    };
    const answer = await runSimulation(simulation, {});
    if (answer.resultType === "error") throw new Error(JSON.stringify(answer.errors));
    return answer.overallResult;
  }
}

/** Everything allowed to everybody: with it, only the policy under test decides. */
const OPEN = { Effect: "Allow", Action: "*", Resource: "*" };

/** Whether an endpoint's policy lets a request through that everything else allows. */
export async function passes(
  endpointPolicy: string,
  { action, resource, owner = ACCOUNT, context = {} }: Omit<Request, "role">,
): Promise<boolean> {
  const account = String(context["aws:PrincipalAccount"] ?? ACCOUNT);
  const principal = `arn:aws:iam::${account}:role/anybody`;
  const answer = await runSimulation(
    {
      request: {
        principal,
        action,
        resource: { resource, accountId: owner },
        contextVariables: contextOf(principal, { role: "", action, resource, owner, context }),
      },
      identityPolicies: [{ name: "open", policy: { Version: "2012-10-17", Statement: [OPEN] } }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy: { Version: "2012-10-17", Statement: [{ ...OPEN, Principal: "*" }] },
      vpcEndpointPolicies: parsed([{ name: "endpoint", policy: endpointPolicy }]),
    },
    {},
  );
  if (answer.resultType === "error") throw new Error(JSON.stringify(answer.errors));
  return answer.overallResult === "Allowed";
}

/** Whether a resource's policy lets somebody of the account do what his or her own policies allow without limit. */
export async function administratorMay(resourcePolicy: string, request: Omit<Request, "role">): Promise<boolean> {
  const { action, resource, context = {} } = request;
  const principal = `arn:aws:iam::${ACCOUNT}:role/administrator`;
  const answer = await runSimulation(
    {
      request: {
        principal,
        action,
        resource: { resource, accountId: ACCOUNT },
        contextVariables: contextOf(principal, { role: "", action, resource, context }),
      },
      identityPolicies: [{ name: "open", policy: { Version: "2012-10-17", Statement: [OPEN] } }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy: JSON.parse(resourcePolicy),
    },
    {},
  );
  if (answer.resultType === "error") throw new Error(JSON.stringify(answer.errors));
  return answer.overallResult === "Allowed";
}

/** Whether a permissions boundary leaves a role an action that its own policies allow without limit. */
export async function withinBoundary(boundary: string, request: Omit<Request, "role">): Promise<boolean> {
  const { action, resource, owner = ACCOUNT, context = {} } = request;
  const principal = `arn:aws:iam::${ACCOUNT}:role/anybody`;
  const answer = await runSimulation(
    {
      request: {
        principal,
        action,
        resource: { resource, accountId: owner },
        contextVariables: contextOf(principal, { role: "", action, resource, owner, context }),
      },
      identityPolicies: [{ name: "open", policy: { Version: "2012-10-17", Statement: [OPEN] } }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      permissionBoundaryPolicies: parsed([{ name: "boundary", policy: boundary }]),
      resourcePolicy:
        owner === ACCOUNT ? undefined : { Version: "2012-10-17", Statement: [{ ...OPEN, Principal: "*" }] },
    },
    {},
  );
  if (answer.resultType === "error") throw new Error(JSON.stringify(answer.errors));
  return answer.overallResult === "Allowed";
}

function parsed(policies: { name: string; policy: string }[]) {
  return policies.map(({ name, policy }) => ({ name, policy: JSON.parse(policy) }));
}

/** What a request from a notebook inside the workspace's network carries, unless it says otherwise. */
function contextOf(principal: string, { owner = ACCOUNT, context = {} }: Request): Record<string, string | string[]> {
  const usual: Record<string, string | string[] | undefined> = {
    "aws:PrincipalArn": principal,
    "aws:PrincipalAccount": ACCOUNT,
    "aws:PrincipalOrgID": ORGANIZATION,
    "aws:PrincipalIsAWSService": "false",
    "aws:ResourceAccount": owner,
    "aws:ResourceOrgID": owner === ACCOUNT ? ORGANIZATION : undefined,
    "aws:SecureTransport": "true",
    "aws:SourceVpc": "fraud-ml-network-vpc-id",
    "aws:ViaAWSService": "false",
  };
  const all = Object.entries({ ...usual, ...context });
  return Object.fromEntries(all.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}
