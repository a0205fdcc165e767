import { AiMetadataStore } from "@pulumi/gcp/vertex/aiMetadataStore.js";
import * as pulumi from "@pulumi/pulumi";
import type { MlWorkspaceOutputs } from "../platform.ts";
import type { WorkspaceKeys } from "./keys.ts";
import type { ProjectServices } from "./services.ts";
import type { GcpTarget } from "./target.ts";

/**
 * Sets Vertex AI up in the project: its metadata store, encrypted with the models key. Vertex AI would otherwise create
 * the store named `default` at first use, with a key of Google's, and its encryption can never be changed.
 */
export function createMlWorkspace(
  name: string,
  { project, region }: GcpTarget,
  { keys, grants }: WorkspaceKeys,
  services: ProjectServices,
  parent: pulumi.Resource,
): MlWorkspaceOutputs {
  const store = new AiMetadataStore(
    `${name}-metadata`,
    { project, region, name: "default", encryptionSpec: { kmsKeyName: keys.models.keyName } },
    { parent, dependsOn: [...grants.models, ...Object.values(services.services)] },
  );
  return {
    // Available once Vertex AI is set up.
    workspaceId: store.id.apply(() => `projects/${project}/locations/${region}`),
    consoleUrl: pulumi.output(`https://console.cloud.google.com/vertex-ai/workbench/instances?project=${project}`),
  };
}
