/** Durations of days, as Google Cloud and Azure write them. */
import { type Finding, judge, type RuleOptions, violation } from "../findings.ts";
import { read, textOf } from "../read.ts";

/** The property must be a duration of `min` to `max` days, as Google Cloud (`86400s`) or Azure (`P90D`) writes them. */
export function mustLast(
  props: object,
  path: string,
  { min = 0, max = Number.POSITIVE_INFINITY }: { min?: number; max?: number },
  options: RuleOptions,
): Finding[] {
  const range = Number.isFinite(max) ? `at most ${max} days` : `at least ${min} days`;
  return judge(read(props, path), `set it to ${range}`, options, (value, at) => {
    const days = daysOf(value);
    if (days === undefined) return [violation(`${at} is not a duration; it must be ${range}`)];
    return days >= min && days <= max ? [] : [violation(`${at} is ${days} days; it must be ${range}`)];
  });
}

/** The days of a duration; undefined if it is none. Years and months count 365 and 30 days. */
export function daysOf(value: unknown): number | undefined {
  const seconds = /^(\d+)(?:\.\d+)?s$/.exec(textOf(value));
  if (seconds) return Number(seconds[1]) / 86_400;
  const parts = /^P(?=\d)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?$/i.exec(textOf(value));
  if (!parts) return undefined;
  const [years = 0, months = 0, weeks = 0, days = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  return years * 365 + months * 30 + weeks * 7 + days;
}
