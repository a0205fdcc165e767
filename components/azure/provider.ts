import { Provider } from "@pulumi/azure-native/provider.js";
import type * as pulumi from "@pulumi/pulumi";
import type { WorkspaceArgs } from "../args.ts";
import { parseAzureWorkspace } from "./checks.ts";
import { cloudOf } from "./clouds.ts";

/**
 * The explicit provider of a workspace. Every path that it calls begins with the spec's subscription, and tokens come
 * from the spec's tenant alone: the arguments win over `ARM_SUBSCRIPTION_ID`, `ARM_TENANT_ID` and the Azure CLI's
 * current subscription. Credentials of another tenant get no token, and credentials without rights in the subscription
 * are refused by Azure, so nothing can reach a subscription that the spec does not name.
 *
 * @param name Name of the provider resource.
 * @param args The workspace spec.
 * @param opts Resource options.
 * @throws InvalidInputError when the spec is not valid.
 */
export function createProvider(name: string, args: WorkspaceArgs, opts?: pulumi.ResourceOptions): Provider {
  const { account, location } = parseAzureWorkspace(args);
  return new Provider(
    name,
    {
      subscriptionId: account.azure!.subscriptionId,
      tenantId: account.azure!.tenantId,
      location,
      environment: cloudOf(location).environment,
    },
    opts,
  );
}
