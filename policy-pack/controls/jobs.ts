/** Controls of training, tuning, processing, labeling and monitoring jobs. */
import type { Control, Topic } from "../control.ts";

const controls: Control[] = [];

/** Controls of training, tuning, processing, labeling and monitoring jobs. */
export const jobs: Topic = { title: "Jobs", controls };
