/** The catalogue: every control, by topic. */
import type { Control, Topic } from "../control.ts";
import { identity } from "./identity.ts";
import { keys } from "./keys.ts";
import { logs } from "./logs.ts";
import { network } from "./network.ts";
import { notebooks } from "./notebooks.ts";
import { registries } from "./registries.ts";
import { storage } from "./storage.ts";
import { workspaces } from "./workspaces.ts";

/** All topics, in the order of the reference page. */
export const topics: Topic[] = [notebooks, workspaces, storage, keys, registries, logs, network, identity];

/** All controls. */
export const controls: Control[] = topics.flatMap((topic) => topic.controls);
