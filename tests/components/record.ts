/** Runs a program in this process and records what it registers, through the SDK's own mocks. */
import * as pulumi from "@pulumi/pulumi";
import type { WorkspaceArgs } from "../../components/args.ts";

/** A resource as it was registered, with its inputs resolved. */
export interface Registration {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
  /** Provider reference, empty for components. */
  provider: string;
}

/** What a look-up (`aws.getCallerIdentity`, …) answers, by token. */
export type Lookups = Record<string, Record<string, unknown>>;

export interface RecordOptions {
  /**
   * Whether ids and other outputs are unknown, as in a preview. By default they are known and fake, as in an update,
   * so that a test sees whole policy documents.
   */
  preview?: boolean;
  /** Output properties by resource type, added to the inputs when `preview` is off. */
  outputs?: (type: string, name: string, inputs: Record<string, unknown>) => Record<string, unknown>;
  lookups?: Lookups;
}

/** Look-ups that the components make for what they bring about (Google creates an agent when it is asked for it). */
const UNANSWERED: Lookups = {
  "gcp:storage/getProjectServiceAccount:getProjectServiceAccount": {},
  "gcp:logging/getProjectCmekSettings:getProjectCmekSettings": {},
};

/** Every resource that `program` registers, in order. Rejects when the program fails. */
export async function record(program: () => unknown, options: RecordOptions = {}): Promise<Registration[]> {
  const registrations: Registration[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource({ type, name, inputs, provider }) {
        registrations.push({ type, name, inputs, provider: provider ?? "" });
        if (options.preview) return { id: undefined, state: inputs };
        return { id: `${name}-id`, state: { ...inputs, ...options.outputs?.(type, name, inputs) } };
      },
      call({ token }) {
        const answer = options.lookups?.[token] ?? UNANSWERED[token];
        if (!answer) throw new Error(`The test gives no answer for the look-up ${token}`);
        return answer;
      },
    },
    "secure-ml-workspaces",
    "test",
    options.preview ?? false,
  );
  await withoutWarnings(() =>
    pulumi.runtime.runInPulumiStack(async () => {
      await program();
      return undefined;
    }),
  );
  await pulumi.runtime.disconnect();
  return registrations;
}

/** Without an engine the SDK prints warnings, such as every gap of a spec, in the middle of the tests' report. */
async function withoutWarnings(run: () => Promise<unknown>): Promise<void> {
  const { warn } = console;
  console.warn = () => undefined;
  try {
    await run();
  } finally {
    console.warn = warn;
  }
}

/** The registrations of one type. */
export function ofType(registrations: Registration[], type: string): Registration[] {
  return registrations.filter((registration) => registration.type === type);
}

/** The only registration of a type, optionally with a name. Throws unless there is exactly one. */
export function only(registrations: Registration[], type: string, name?: string): Registration {
  const found = ofType(registrations, type).filter((entry) => name === undefined || entry.name === name);
  if (found.length !== 1) throw new Error(`expected one ${type} ${name ?? ""}, found ${found.length}`);
  return found[0] as Registration;
}

/** A full spec for a cloud; `changes` replaces top-level fields. */
export function specFor(cloud: "aws" | "gcp" | "azure", changes: Partial<WorkspaceArgs> = {}): WorkspaceArgs {
  return {
    team: "fraud",
    environment: "prod",
    cloud,
    location: { aws: "eu-west-1", gcp: "europe-west4", azure: "westeurope" }[cloud],
    dataClassification: "confidential",
    account: {
      aws: { accountId: "111122223333", organizationId: "o-a1b2c3d4e5" },
      gcp: { projectId: "example-fraud-prod", projectNumber: "123456789012" },
      azure: {
        tenantId: "00000000-1111-4222-8333-444444444444",
        subscriptionId: "55555555-6666-4777-8888-999999999999",
      },
    },
    people: {
      dataScientists: [
        {
          name: "ana",
          aws: "arn:aws:iam::111122223333:role/sso/ana",
          gcp: "user:ana@example.com",
          azure: "0a0a0a0a-0000-4000-8000-000000000001",
        },
      ],
      operators: [
        {
          name: "ml-operators",
          kind: "group",
          aws: "arn:aws:iam::111122223333:role/sso/ml-operators",
          gcp: "group:ml-operators@example.com",
          azure: "0a0a0a0a-0000-4000-8000-000000000003",
        },
      ],
    },
    network: { cidr: "10.20.0.0/20" },
    dataStores: [
      { name: "features", access: "read-write" },
      { name: "curated", access: "read" },
    ],
    notebooks: [{ name: "explore", owner: "ana" }],
    ...changes,
  };
}
