/** Settings in descriptions of pipelines and jobs, which nest as deep as their authors like. */
import { read } from "../read.ts";

/** No description that a cloud accepts nests deeper. */
export const MAX_DEPTH = 50;

/** Every setting that is asked for, at any depth; what stands inside one is not looked at again. */
export function settingsIn(
  value: unknown,
  isAsked: (key: string) => boolean,
  except: ReadonlySet<string> = new Set(),
  depth = 0,
): { key: string; value: unknown }[] {
  if (typeof value !== "object" || value === null || depth > MAX_DEPTH) return [];
  return entriesOf(value)
    .filter(([key]) => !except.has(key))
    .flatMap(([key, inner]) =>
      isAsked(key) ? [{ key, value: inner }] : settingsIn(inner, isAsked, except, depth + 1),
    );
}

/** Every text in a value, at any depth. */
export function textsIn(value: unknown, depth = 0): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null || depth > MAX_DEPTH) return [];
  return entriesOf(value).flatMap(([, inner]) => textsIn(inner, depth + 1));
}

/** What is known of an object or a list. What is not known yet is left for the update. */
export function entriesOf(value: object): [key: string, inner: unknown][] {
  return Object.keys(value).flatMap((key): [string, unknown][] => {
    const inner = read(value, [key]);
    return inner.state === "known" ? [[key, inner.value]] : [];
  });
}
