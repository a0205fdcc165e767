/** Controls of where ML resources stand and what they are made of. */
import type { Control, Topic } from "../control.ts";

const controls: Control[] = [];

/** Controls of where ML resources stand and what they are made of. */
export const governance: Topic = { title: "Governance", controls };
