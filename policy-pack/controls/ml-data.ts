/** Controls of datasets, feature stores, indexes and managed compute. */
import type { Control, Topic } from "../control.ts";

const controls: Control[] = [];

/** Controls of datasets, feature stores, indexes and managed compute. */
export const mlData: Topic = { title: "ML data and managed compute", controls };
