// Versions of @pulumi/pulumi from before the protocol's newest fields: their messages, completed.

type Message = Record<string, (value?: unknown) => unknown>;
type MessageClass = { prototype: Message } & { [nested: string]: MessageClass };

// What some message classes of older SDKs lack, and what an absent field reads as.
const NEWER_FIELDS: Record<string, Record<string, unknown>> = {
  ReadResourceRequest: { Packageref: "" },
  RegisterResourceRequest: {
    Packageref: "",
    HidediffsList: [],
    Hooks: undefined,
    ReplaceWithList: [],
    ReplacementTrigger: undefined,
  },
  "RegisterResourceRequest.CustomTimeouts": { Read: "" },
  ResourceInvokeRequest: { Packageref: "", Parent: "" },
  ResourceCallRequest: { Packageref: "" },
  TransformResourceOptions: {
    HideDiffList: [],
    Hooks: undefined,
    Import: "",
    ReplaceWithList: [],
    ReplacementTrigger: undefined,
  },
};

// Booleans that could not be absent: false was the same as not set.
const NEWER_PRESENCE: Record<string, string[]> = {
  RegisterResourceRequest: ["Protect", "Retainondelete"],
  TransformResourceOptions: ["Protect", "RetainOnDelete"],
};

/** Gives the messages of an older SDK the fields that they lack. A newer SDK's stay as they are. */
export function completeMessages(resource: unknown): void {
  for (const [name, fields] of Object.entries(NEWER_FIELDS)) {
    const message = prototypeOf(resource as MessageClass, name);
    for (const [field, absent] of Object.entries(fields)) {
      message[`get${field}`] ??= () => absent;
      message[`set${field}`] ??= () => undefined;
    }
  }
  for (const [name, fields] of Object.entries(NEWER_PRESENCE)) {
    const message = prototypeOf(resource as MessageClass, name);
    for (const field of fields) {
      message[`has${field}`] ??= function (this: Message) {
        return this[`get${field}`]?.() === true;
      };
    }
  }
}

type Lookup = (...args: never[]) => unknown;

interface Output {
  apply(mapped: (value: unknown) => unknown, runWithUnknowns: boolean): unknown;
}

/**
 * Makes an answer that nobody knows an unknown output. To an older SDK it is an object with an unknown `result`, of which
 * every other property would be known, and undefined. Newer SDKs are told, and stay as they are.
 */
export function keepAnswersUnknown(runtime: Record<string, Lookup>, resource: unknown, unknown: unknown): void {
  const original = runtime.invokeOutput;
  if (original === undefined || "ResourceInvokeResponse" in (resource as object)) return;
  const isUnknown = (answer: unknown) => (answer as { result?: unknown } | undefined)?.result === unknown;
  runtime.invokeOutput = (...args) =>
    (original(...args) as Output).apply((answer) => (isUnknown(answer) ? unknown : answer), true);
}

function prototypeOf(classes: MessageClass, path: string): Message {
  return path.split(".").reduce((parent, name) => parent[name] as MessageClass, classes).prototype;
}
