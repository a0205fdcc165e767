// The messages between the supervisor and the runner, and the records that they carry. Everything here is plain JSON.

/** A property value as the Pulumi protocol writes it: JSON, with signed objects for secrets, assets and references. */
export type Value = null | boolean | number | string | Value[] | Properties;

/** A property map as the Pulumi protocol writes it. */
export interface Properties {
  [key: string]: Value;
}

/** Answers for what only a cloud could know; docs/fidelity.md describes the file. */
export interface Fixtures {
  /** Look-up token -> answers, tried in order; the first whose `args` are all equal to the call's is used. */
  invokes: Record<string, { args?: Properties; result: Properties }[]>;
  /** `type` or `type::name` -> outputs that the resource has after it was created; `id` sets its id. */
  resources: Record<string, Properties>;
  /** `org/project/stack` -> outputs of that stack. */
  stackReferences: Record<string, Properties>;
  /** The tags of every stack, which only a backend knows. */
  tags: Record<string, string>;
  /** `namespace:name` -> plain text of a configuration value that is encrypted in the stack file. */
  config: Record<string, string>;
}

/** One stack to preview: everything that the runner needs to know. */
export interface StackRun {
  /** Unique in the runner's life: it keeps the module copies of the stacks apart. */
  index: number;
  stack: string;
  project: string;
  organization: string;
  /** Folder of Pulumi.yaml. */
  root: string;
  /** Working directory of the program: the folder of its entry file. */
  pwd: string;
  /** The program: "." for the folder's own entry point, else a file name in `pwd`. */
  main: string;
  /** False if Node.js runs TypeScript as it is, else the tsconfig file that Pulumi.yaml names, relative to `pwd`. */
  typescript: false | { tsconfig?: string };
  /** `namespace:name` -> text. Encrypted values are the unknown sentinel. */
  config: Record<string, string>;
  /** Keys of `config` that are secret. */
  secretKeys: string[];
  /** Keys of `config` that are encrypted and whose text is therefore not known. */
  encryptedKeys: string[];
  fixtures: Fixtures;
  /** True if a policy may change inputs: then every registration waits for the supervisor's answer. */
  remediates: boolean;
  /** Go on with a placeholder where an awaited look-up has no answer: what is missing is being recorded. */
  recordsFixtures?: boolean;
  /** Give everything that only the cloud sets a well-formed fake value. */
  assumesCreated?: boolean;
  /** Files of package schemas. */
  providerSchemas?: string[];
  /** Address of a monitor that is served over gRPC; without one the runner has a monitor of its own. */
  monitor?: string;
}

/** The resource options that policies can read. */
export interface PolicyOptions {
  protect: boolean;
  ignoreChanges: string[];
  deleteBeforeReplace?: boolean;
  additionalSecretOutputs: string[];
  /** Seconds; 0 means not set. */
  customTimeouts: { create: number; update: number; delete: number; read: number };
}

/** One registered resource, after transforms and before policies. */
export interface ResourceRecord {
  urn: string;
  type: string;
  name: string;
  /** URN, or "" for the stack and for default providers. */
  parent: string;
  custom: boolean;
  /** A component of a provider plugin, which does not run offline: what it is made of is not known. */
  opaque?: boolean;
  inputs: Properties;
  /** What stack policies see; of a component and of the stack only what was registered as outputs. */
  outputs: Properties;
  dependencies: string[];
  propertyDependencies: Record<string, string[]>;
  /** URN of the provider, or "". */
  provider: string;
  options: PolicyOptions;
  /** `file:line`, relative to the project's folder. */
  source?: string;
}

/** A line that the program or the SDK logged. */
export interface LogLine {
  severity: "debug" | "info" | "warning" | "error";
  message: string;
  urn: string;
}

/** Something that only a fixture could have answered. */
export type MissingAnswer =
  | { kind: "invoke"; token: string; args: Properties }
  | { kind: "resource"; type: string; name: string }
  | { kind: "stackReference"; name: string }
  | { kind: "config"; key: string };

/** Supervisor -> runner. */
export type ToRunner = { type: "run"; run: StackRun } | { type: "remediated"; id: number; inputs: Properties };

/** Runner -> supervisor, several at a time. */
export type FromRunner =
  | { type: "resource"; resource: ResourceRecord }
  | { type: "remediate"; id: number; resource: ResourceRecord }
  | { type: "outputs"; urn: string; outputs: Properties }
  | { type: "log"; line: LogLine }
  | { type: "error"; message: string }
  | { type: "missing"; answer: MissingAnswer }
  | { type: "end"; errors: string[]; reusable: boolean };
