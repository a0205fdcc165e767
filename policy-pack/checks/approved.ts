/** Whether what runs, an image or a model, stands on the platform team's list. */
import { type Finding, judge, violation } from "../findings.ts";
import { read } from "../read.ts";
import { isListed } from "./allow-lists.ts";

/** The text at the path, where it is given, must be on the list. An empty list approves everything. */
export function mustBeApproved(props: object, path: string, approved: readonly string[]): Finding[] {
  if (approved.length === 0) return [];
  return judge(read(props, path), "", { absent: "complies" }, (value, at) =>
    typeof value === "string" && isListed(approved, value)
      ? []
      : [violation(`${at} is not on the list of approved ones`)],
  );
}
