/** IAM policy documents as data. */
import type { PolicyDocument } from "@pulumi/aws/iam/documents.js";
import * as pulumi from "@pulumi/pulumi";

/** Condition operators with their keys and values. */
export interface Conditions {
  [operator: string]: { [key: string]: pulumi.Input<string> | pulumi.Input<string>[] };
}

/** One statement of a policy document. */
export interface Statement {
  Sid: string;
  Effect: "Allow" | "Deny";
  /** Only in policies that stand on a resource. */
  Principal?: string | { [kind: string]: string | string[] };
  Action: string | string[];
  /** Absent in trust policies only. */
  Resource?: pulumi.Input<string> | pulumi.Input<string>[];
  Condition?: Conditions;
}

/**
 * A policy document as JSON: plain text when every part is plain, so that a preview can judge the whole document; an
 * output when some part is an id that only the cloud can give.
 */
export function policyDocument(statements: Statement[]): pulumi.Input<string> {
  const document = { Version: "2012-10-17", Statement: statements };
  return isPlain(document) ? JSON.stringify(document) : pulumi.jsonStringify(document);
}

/**
 * A document for an IAM policy, which takes an object too: then only the ids themselves are unknown in a preview, not
 * the whole text, and policies can judge the rest of the document.
 */
export function identityPolicy(statements: Statement[]): string | PolicyDocument {
  const document = { Version: "2012-10-17" as const, Statement: statements };
  return isPlain(document) ? JSON.stringify(document) : (document as PolicyDocument);
}

/** Whether a value contains no outputs and no promises. */
export function isPlain(value: unknown): boolean {
  if (pulumi.Output.isInstance(value) || value instanceof Promise) return false;
  if (typeof value !== "object" || value === null) return true;
  return Object.values(value).every(isPlain);
}
