/** Controls of the ML services' workspaces: SageMaker domains, Vertex AI metadata stores, Azure ML workspaces and data stores. */
import type { Topic } from "../control.ts";
import { access } from "./workspace-access.ts";
import { data } from "./workspace-data.ts";
import { network } from "./workspace-network.ts";

/** Workspaces. */
export const workspaces: Topic = { title: "Workspaces", controls: [...network, ...access, ...data] };
