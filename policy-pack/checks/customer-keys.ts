/** Whether data is encrypted with a key of the customer's own. */
import { type Finding, judge, mustBeSet, violation } from "../findings.ts";
import { type Path, read, textOf } from "../read.ts";

/** AWS keeps these aliases for the keys that its services make and manage: their key policies cannot be changed. */
const AWS_MANAGED_ALIAS = /(^|:)alias\/aws\//;

/** The property must name a KMS key that is not one of AWS's own. A key that is not known yet counts as named. */
export function mustNameKmsKey(props: object, path: Path): Finding[] {
  const set = mustBeSet(props, path);
  if (set.length > 0) return set;
  const reading = read(props, path);
  if (reading.state === "unknown") return [];
  return judge(reading, "", { absent: "complies" }, (value, at) =>
    AWS_MANAGED_ALIAS.test(textOf(value)) ? [violation(`${at} names a key that AWS manages; name your own`)] : [],
  );
}
