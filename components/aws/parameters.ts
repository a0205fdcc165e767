/** Settings that steps read at run time and that are no secrets. */
import { Parameter } from "@pulumi/aws/ssm/parameter.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Workspace } from "../spec.ts";
import { secretPrefixOf } from "./secrets.ts";

/** Name of a parameter of the spec. */
export function parameterName(workspace: Workspace, parameter: string): string {
  return `/${secretPrefixOf(workspace)}/${parameter}`;
}

/** Creates the parameters of a workspace, encrypted with the key of its secrets. */
export function createParameters(
  name: string,
  workspace: Workspace,
  keyArn: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): Record<string, pulumi.Output<string>> {
  const entries = workspace.parameters.map((parameter) => {
    const settings = { name: parameterName(workspace, parameter.name), value: parameter.value, keyId: keyArn };
    const created = new Parameter(
      `${name}-parameter-${parameter.name}`,
      { ...settings, type: "SecureString", tier: "Standard" },
      opts,
    );
    return [parameter.name, created.arn] as const;
  });
  return Object.fromEntries(entries);
}
