/** Controls of functions and container services beside a workspace. */
import type { Control, Topic } from "../control.ts";

const controls: Control[] = [];

/** Controls of functions and container services beside a workspace. */
export const functions: Topic = { title: "Functions and containers", controls };
