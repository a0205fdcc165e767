/** Controls of notebooks: SageMaker notebook instances and spaces, Workbench instances, Azure ML compute. */
import type { Topic } from "../control.ts";
import { access } from "./notebook-access.ts";
import { machines } from "./notebook-machines.ts";
import { network } from "./notebook-network.ts";

/** Notebooks. */
export const notebooks: Topic = { title: "Notebooks", controls: [...network, ...access, ...machines] };
