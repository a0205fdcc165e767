// Forms: text with words in braces, such as `arn:{partition}:sqs:{region}:{account}:{name}`, and how they are filled.

import { fakeWord } from "./fakes.ts";
import { type GenericContext, textFor } from "./generic.ts";
import { type AssumedResource, seedOf, text } from "./resource.ts";

/**
 * Output -> form; `id` is the resource's id. A word is, in this order, a word of the place (account, region...), an input
 * that the program gave, another output of the same form, made-up text ({hex17}, {uuid}...), or
 * what a property of that name would hold.
 */
export type Form = Record<string, string>;

/** Fills every form of a type; `place` holds the words of the place. */
export function fillForm(
  form: Form,
  resource: AssumedResource,
  place: Record<string, string>,
  context: GenericContext,
): Record<string, string> {
  const seed = seedOf(resource);
  const filled: Record<string, string> = {};
  const word = (name: string, property: string): string =>
    place[name] ??
    text(resource.inputs[name]) ??
    (name in form && name !== property ? output(name) : undefined) ??
    fakeWord(name, `${seed}/${property}`) ??
    textFor([name], context);
  const output = (property: string): string => {
    const template = form[property] as string;
    filled[property] ??= template.replace(/\{(\w+)\}/g, (_, name: string) => word(name, property));
    return filled[property];
  };
  for (const property of Object.keys(form)) output(property);
  return filled;
}
