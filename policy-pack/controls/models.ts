/** Controls of models, their containers and their registries. */
import type { Control, Topic } from "../control.ts";

const controls: Control[] = [];

/** Controls of models, their containers and their registries. */
export const models: Topic = { title: "Models", controls };
