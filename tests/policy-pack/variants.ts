/** One object with one of its values replaced, at any depth. */
export interface Variant {
  /** Where the value was replaced. */
  at: string;
  value: Record<string, unknown>;
}

/** Every way to replace one value of an object, at any depth, by one of the replacements. */
export function variants(object: Record<string, unknown>, replacements: unknown[]): Variant[] {
  return pathsOf(object).flatMap((path) =>
    replacements.map((replacement) => ({
      at: path.join("."),
      value: replace(object, path, replacement) as Record<string, unknown>,
    })),
  );
}

function pathsOf(value: unknown): string[][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => [[key], ...pathsOf(child).map((path) => [key, ...path])]);
}

function replace(value: unknown, [key, ...rest]: string[], replacement: unknown): unknown {
  if (key === undefined) return replacement;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>;
  copy[key] = replace(copy[key], rest, replacement);
  return copy;
}
