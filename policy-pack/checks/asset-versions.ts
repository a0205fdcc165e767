/** Whether Azure ML's assets are named by a version, which never changes, or by a label, which moves. */
import { type Finding, violation } from "../findings.ts";
import { settingsIn, textsIn } from "./documents.ts";

/** Settings that name an environment or a component, without underscores and in small letters. */
const ASSETS = new Set(["component", "componentid", "environment", "environmentid"]);

/** `azureml:train@latest`, or `…/environments/train/labels/latest`. An image's digest stands behind an @ as well. */
const LABEL = /@(?!sha256:)[\w.-]+$|\/labels\/[\w.-]+$/;

/** No job in the description may name an environment or a component by a label. */
export function mustNameVersions(description: unknown): Finding[] {
  return settingsIn(description, (key) => ASSETS.has(key.replaceAll("_", "").toLowerCase()))
    .filter(({ value }) => textsIn(value).some((text) => LABEL.test(text)))
    .map(({ key }) => violation(`${key} names whatever the label points to; name a version`));
}
