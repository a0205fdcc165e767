// What comes over a runner's channel, checked: the program can talk there too, by mistake or to deceive.

import type { FromRunner } from "../protocol/messages.ts";

type Fields = Record<string, unknown>;

/** The messages of a runner among what came; everything else is dropped. */
export function messagesOf(received: unknown): FromRunner[] {
  return Array.isArray(received) ? received.filter(isMessage) : [];
}

function isMessage(value: unknown): value is FromRunner {
  if (!isObject(value)) return false;
  switch (value.type) {
    case "resource":
      return isResource(value.resource);
    case "remediate":
      return typeof value.id === "number" && isResource(value.resource);
    case "outputs":
      return typeof value.urn === "string" && isObject(value.outputs);
    case "log":
      return isObject(value.line) && ["severity", "message", "urn"].every((name) => isText(value.line, name));
    case "error":
      return isText(value, "message");
    case "missing":
      return isObject(value.answer);
    case "end":
      return Array.isArray(value.errors) && value.errors.every((error) => typeof error === "string");
    default:
      return false;
  }
}

function isResource(value: unknown): boolean {
  if (!isObject(value) || !isObject(value.inputs) || !isObject(value.outputs)) return false;
  return ["urn", "type", "name", "parent", "provider"].every((name) => isText(value, name));
}

function isText(value: unknown, name: string): boolean {
  return typeof (value as Fields)[name] === "string";
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
