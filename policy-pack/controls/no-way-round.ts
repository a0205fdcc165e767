/** Controls of resources that hide others from the pack. */
import type { Control, Topic } from "../control.ts";

const controls: Control[] = [];

/** Controls of resources that hide others from the pack. */
export const noWayRound: Topic = { title: "No way round", controls };
