import * as pulumi from "@pulumi/pulumi";
import { guard } from "secure-ml-policy-pack/guard";
import { parseWorkspace, type WorkspaceArgs } from "secure-ml-workspace";
import policies from "../policy-config.json" with { type: "json" };

// Where nobody names the policy pack, the program judges itself, by the same configuration.
guard(policies);

const args = new pulumi.Config().requireObject<WorkspaceArgs>("workspace");
const { cloud, team, name } = parseWorkspace(args);

// Only the SDK of the stack's own cloud is loaded. The one provider is made from the spec and passed on by hand:
// Pulumi's default providers are disabled, so nothing can reach an account that the spec does not name.
const { createProvider, SecureMlWorkspace } = await import(`secure-ml-workspace/${cloud}`);
const provider = createProvider("target", args);
const workspace = new SecureMlWorkspace(`${team}-${name}`, args, { provider });

export default workspace.outputs();
