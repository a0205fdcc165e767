/** A mistake of the person who started the command, or of a file they wrote: one clear sentence, no stack trace. */
export class UserError extends Error {}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
