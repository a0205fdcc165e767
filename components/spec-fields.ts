/** Kinds of fields that the spec's schemas share. */
import * as pulumi from "@pulumi/pulumi";
import * as z from "zod";

const SLUG = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** A name that becomes part of resource names on every cloud. */
export function slug(max: number, description: string) {
  return z
    .string()
    .min(2, "use at least 2 characters")
    .max(max, `use at most ${max} characters`)
    .regex(SLUG, "use lower-case letters, digits and single hyphens, starting with a letter")
    .meta({ description });
}

/** The id of something that exists already: plain text, or an output of another resource or stack. */
export function existingId(description: string) {
  return z
    .custom<pulumi.Input<string>>(isIdInput, "give the id as text, or as an output of another resource")
    .meta({ description, type: "string", tsType: "pulumi.Input<string>" });
}

function isIdInput(value: unknown): boolean {
  if (typeof value === "string") return value.length > 0;
  return pulumi.Output.isInstance(value) || value instanceof Promise;
}

/** A whole number of days. */
export function days(min: number, max: number, description: string) {
  return z
    .int("use a whole number of days")
    .min(min, `use at least ${min} days`)
    .max(max, `use at most ${max} days`)
    .meta({ description });
}
