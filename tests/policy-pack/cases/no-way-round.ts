import { typesOf } from "../../../policy-pack/control.ts";
import { controls } from "../../../policy-pack/controls/index.ts";
import type { ControlCases, ResourceCase } from "../cases.ts";
import { secret, unknown } from "../server.ts";

const CONTROL = "hidden-resources-listed";
const TEMPLATE = "aws:cloudformation/stack:Stack";
const types = typesOf(controls.find(({ id }) => id === CONTROL)!);

/** Parameters of the control. The resource is called `it` in these cases. */
function allowed(...entries: string[]): Record<string, unknown> {
  return { allowed: entries };
}

/** What no type differs in. */
const lists: ResourceCase[] = [
  ["not on the list", { templateBody: "{}" }, "violates"],
  ["on the list", { templateBody: "{}" }, "complies", allowed("other:type:Type::it", `${TEMPLATE}::it`)],
  ["on the list by a pattern", {}, "complies", allowed("aws:cloudformation/*::i*")],
  ["another name on the list", {}, "violates", allowed(`${TEMPLATE}::other`, `${TEMPLATE}::its`, `${TEMPLATE}::*s`)],
  ["another type on the list", {}, "violates", allowed("aws:s3/bucket:Bucket::it")],
  ["its name alone on the list", {}, "violates", allowed("it", "::it")],
  ["unknown inputs", { templateBody: unknown, parameters: { key: unknown } }, "violates"],
  ["a secret inside", { templateBody: secret("{}") }, "violates"],
];

export const cases: ControlCases[] = [
  { control: CONTROL, type: TEMPLATE, cases: lists },
  ...types.map(
    (type): ControlCases => ({
      control: CONTROL,
      type,
      cases: [["on the list", { name: "anything" }, "complies", allowed(`${type}::*`)]],
    }),
  ),
];
