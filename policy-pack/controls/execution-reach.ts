/** Controls of what an execution role reaches beside its own workspace. */
import type { Control, Topic } from "../control.ts";

const controls: Control[] = [];

/** Controls of what an execution role reaches beside its own workspace. */
export const executionReach: Topic = { title: "What execution roles reach", controls };
