/** The catalogue: every control, by topic. */
import type { Control, Topic } from "../control.ts";
import { aiServices } from "./ai-services.ts";
import { containers } from "./containers.ts";
import { databases } from "./databases.ts";
import { executionReach } from "./execution-reach.ts";
import { functions } from "./functions.ts";
import { governance } from "./governance.ts";
import { identity } from "./identity.ts";
import { jobs } from "./jobs.ts";
import { keys } from "./keys.ts";
import { logs } from "./logs.ts";
import { mlData } from "./ml-data.ts";
import { models } from "./models.ts";
import { network } from "./network.ts";
import { noWayRound } from "./no-way-round.ts";
import { notebooks } from "./notebooks.ts";
import { pipelines } from "./pipelines.ts";
import { providers } from "./providers.ts";
import { registries } from "./registries.ts";
import { secrets } from "./secrets.ts";
import { serving } from "./serving.ts";
import { storage } from "./storage.ts";
import { workspaces } from "./workspaces.ts";

/** All topics, in the order of the reference page. */
export const topics: Topic[] = [
  notebooks,
  workspaces,
  jobs,
  pipelines,
  models,
  containers,
  serving,
  mlData,
  aiServices,
  storage,
  keys,
  secrets,
  registries,
  databases,
  functions,
  logs,
  network,
  identity,
  executionReach,
  governance,
  providers,
  noWayRound,
];

/** All controls. */
export const controls: Control[] = topics.flatMap((topic) => topic.controls);
