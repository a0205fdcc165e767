/** A resource's inputs, of which some are outputs of others, as checks read them: plain, and unknown values throw. */
import { type Inputs as PulumiInputs, runtime } from "@pulumi/pulumi";

/** What a program gives to a resource. */
export interface Inputs {
  /** Secrets are unwrapped. What is not known yet throws an `UnknownValue` as soon as it is read. */
  props: object;
  /** The texts and numbers among them that are secret. */
  secrets: string[];
}

/** Thrown where a check reads a value that only the cloud will give. */
export class UnknownValue extends Error {
  constructor(path: string) {
    super(`value at ${path} can't be known during preview`);
  }
}

const UNKNOWN = Symbol("unknown");

/** Waits for the outputs among the inputs. */
export async function readInputs(inputs: PulumiInputs): Promise<Inputs> {
  const wire = (await runtime.serializeProperties("inputs", inputs)) as Record<string, unknown>;
  const secrets: string[] = [];
  const props = {};
  for (const [key, value] of Object.entries(wire)) {
    // What begins so is the SDK's own, and no policy is shown it.
    if (!key.startsWith("__")) place(props, key, plain(value, `.${key}`, secrets), `.${key}`);
  }
  return { props, secrets };
}

function plain(value: unknown, path: string, secrets: string[]): unknown {
  if (value === runtime.unknownValue) return UNKNOWN;
  if (Array.isArray(value)) return fill([], Object.entries(value), path, secrets);
  if (typeof value !== "object" || value === null) return value;
  const { [runtime.specialSigKey]: signature, ...rest } = value as Record<string, unknown>;
  if (signature === runtime.specialSecretSig) {
    secrets.push(...textsOf(rest.value));
    return plain(rest.value, path, secrets);
  }
  // A resource in the place of a value stands for its ID; a component has none.
  if (signature === runtime.specialResourceSig)
    return rest.id === "" ? UNKNOWN : plain(rest.id ?? rest.urn, path, secrets);
  return fill({}, Object.entries(rest), path, secrets);
}

function fill(container: object, entries: [string, unknown][], path: string, secrets: string[]): object {
  for (const [key, value] of entries) {
    const at = `${path}.${key}`;
    place(container, key, plain(value, at, secrets), at);
  }
  return container;
}

function place(container: object, key: string, value: unknown, path: string): void {
  const shape = { enumerable: true, configurable: true };
  if (value !== UNKNOWN) Object.defineProperty(container, key, { ...shape, value, writable: true });
  else {
    Object.defineProperty(container, key, {
      ...shape,
      get: () => {
        throw new UnknownValue(path);
      },
    });
  }
}

function textsOf(value: unknown): string[] {
  if (typeof value === "number") return [String(value)];
  if (typeof value === "string") return value === runtime.unknownValue ? [] : [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : [];
}
