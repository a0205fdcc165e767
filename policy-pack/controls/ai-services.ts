/** Controls of hosted AI services: Azure OpenAI and the other Azure AI services. */
import type { Control, Topic } from "../control.ts";

const controls: Control[] = [];

/** Controls of hosted AI services: Azure OpenAI and the other Azure AI services. */
export const aiServices: Topic = { title: "AI services", controls };
