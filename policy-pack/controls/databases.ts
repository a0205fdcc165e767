/** Controls of databases that notebooks and jobs read. */
import type { Control, Topic } from "../control.ts";

const controls: Control[] = [];

/** Controls of databases that notebooks and jobs read. */
export const databases: Topic = { title: "Databases", controls };
