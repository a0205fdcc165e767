/** Controls of the ML services' workspaces: SageMaker domains and Azure ML workspaces. */
import type { Topic } from "../control.ts";

/** Workspaces. */
export const workspaces: Topic = { title: "Workspaces", controls: [] };
