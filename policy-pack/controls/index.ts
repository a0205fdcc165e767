/** The catalogue: every control, by topic. */
import type { Control, Topic } from "../control.ts";
import { notebooks } from "./notebooks.ts";
import { workspaces } from "./workspaces.ts";

/** All topics, in the order of the reference page. */
export const topics: Topic[] = [notebooks, workspaces];

/** All controls. */
export const controls: Control[] = topics.flatMap((topic) => topic.controls);
