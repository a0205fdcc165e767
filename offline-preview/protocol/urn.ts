// Uniform resource names, as the engine makes them (sdk/go/common/resource/urn/urn.go).

/** Type of the resource that stands for the stack; it takes no part in the type chain of its children. */
export const STACK_TYPE = "pulumi:pulumi:Stack";

/** The URN of a resource: its type carries the types of all its parents. */
export function makeUrn(stack: string, project: string, parent: string, type: string, name: string): string {
  const parentType = parent === "" ? "" : qualifiedType(parent);
  const chain = parentType === "" || parentType === STACK_TYPE ? type : `${parentType}$${type}`;
  return `urn:pulumi:${stack}::${project}::${chain}::${name}`;
}

/** The URN of the resource that stands for the stack. */
export function stackUrn(stack: string, project: string): string {
  return makeUrn(stack, project, "", STACK_TYPE, `${project}-${stack}`);
}

/** The whole chain of types in a URN. */
function qualifiedType(urn: string): string {
  return urn.split("::")[2] ?? "";
}

/** The resource's own type. */
export function typeOf(urn: string): string {
  const chain = qualifiedType(urn);
  return chain.slice(chain.lastIndexOf("$") + 1);
}

/** The resource's name; a name may itself contain "::". */
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** The package of a type token or of a look-up token: its first segment. */
export function packageOf(token: string): string {
  const end = token.indexOf(":");
  return end < 0 ? "" : token.slice(0, end);
}
