/** Controls of the providers that resources are created with. */
import type { Control, Topic } from "../control.ts";

const controls: Control[] = [];

/** Controls of the providers that resources are created with. */
export const providers: Topic = { title: "Providers", controls };
