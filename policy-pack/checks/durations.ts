/** Durations as the clouds write them, in minutes. Undefined: it is not a duration of that form. */

/** ISO 8601, such as `PT1H30M` (Azure). */
export function isoMinutes(value: unknown): number | undefined {
  const form = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/i;
  const parts = typeof value === "string" ? form.exec(value) : null;
  if (!parts || value === "P" || /T$/i.test(value as string)) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  return days * 1440 + hours * 60 + minutes + seconds / 60;
}

/** Seconds, as a number, as text or with an `s` behind (Google Cloud). */
export function secondsAsMinutes(value: unknown): number | undefined {
  const text = typeof value === "number" ? String(value) : value;
  return typeof text === "string" && /^\d+(\.\d+)?s?$/.test(text) ? Number.parseFloat(text) / 60 : undefined;
}

/** Plain minutes (SageMaker and managed notebooks). */
export function plainMinutes(value: unknown): number | undefined {
  const text = typeof value === "number" ? String(value) : value;
  return typeof text === "string" && /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}
