/**
 * Which policies the server need not run. It copies a resource for each policy, and a stack for each stack policy, which
 * takes far longer than the policies themselves, unless the policy's function carries the one type that it is about
 * (`__pulumiType`). Our policies are about several types: theirs is read anew for each request, and depends on what
 * the first policy of the same request has seen.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { canonicalType } from "./control.ts";

// One request's policies run in one asynchronous context, so requests that overlap do not see each other's types.
const seen = new AsyncLocalStorage<Set<string>>();

/** Tells which types a request is about. The pack's first policy calls it; as long as nobody does, every policy runs. */
export function noteTypes(types: Iterable<string>): void {
  seen.enterWith(new Set([...types].map(canonicalType)));
}

/** Lets the server skip a policy's function where the request is about none of these types (without API versions). */
export function onlyFor<F extends object>(types: string[], validate: F): F {
  return onlyIf((present) => types.some((type) => present.has(type)), types.join(", "), validate);
}

/** Lets the server skip a policy's function where `applies` is false for the types of the request; `what` says for what. */
export function onlyIf<F extends object>(applies: (types: Set<string>) => boolean, what: string, validate: F): F {
  return Object.defineProperty(validate, "__pulumiType", {
    get() {
      const present = seen.getStore();
      return present === undefined || applies(present) ? undefined : what;
    },
  });
}
