/** The inputs of providers, which are resources of their own: explicit ones, and the default ones of the stack's configuration. */
import { type Finding, judge } from "../findings.ts";
import { readJson } from "../read.ts";

/** The provider of @pulumi/aws. */
export const AWS = "pulumi:providers:aws";
/** The provider of @pulumi/aws-native. */
export const AWS_NATIVE = "pulumi:providers:aws-native";
/** The provider of @pulumi/gcp. */
export const GCP = "pulumi:providers:gcp";
/** The provider of @pulumi/azure-native. */
export const AZURE_NATIVE = "pulumi:providers:azure-native";
/** The provider of @pulumi/azure. */
export const AZURE_CLASSIC = "pulumi:providers:azure";

/**
 * Applies a rule to an input that is not text. SDKs send it as JSON text; the rule gets an object that holds the value
 * itself under the same name.
 */
export function onJsonInput(props: object, input: string, rule: (inputs: object) => Finding[]): Finding[] {
  const reading = readJson(props, input);
  if (reading.state === "absent") return rule({});
  return judge(reading, "", { absent: "complies" }, (value) => rule({ [input]: value }));
}
