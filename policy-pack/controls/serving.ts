/** Controls of endpoints and deployments. */
import type { Control, Topic } from "../control.ts";

const controls: Control[] = [];

/** Controls of endpoints and deployments. */
export const serving: Topic = { title: "Serving", controls };
