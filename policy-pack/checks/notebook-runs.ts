/** Runs of notebooks in Colab Enterprise: started once, or again and again by a schedule of either service. */
import type { Check, Context } from "../control.ts";
import type { Finding } from "../findings.ts";
import { onlyIf } from "./conditions.ts";

const REQUEST = "createNotebookExecutionJobRequest";

/** Types, and the path at which they describe the run. */
const RUNS: [type: string, run: string][] = [
  ["gcp:colab/notebookExecution:NotebookExecution", ""],
  ["gcp:colab/schedule:Schedule", `${REQUEST}.notebookExecutionJob.`],
  ["gcp:vertex/aiSchedule:AiSchedule", `${REQUEST}.notebookExecutionJob.`],
];

/** Judges a run, whose properties begin with the path `run`. */
type RunRule = (props: object, run: string, context: Context) => Finding[];

const isSet = (value: unknown) => value !== undefined;

/** Checks of every run. A schedule can be about something else, such as pipelines. */
export function runChecks(cloudDefault: string, rule: RunRule): Check[] {
  return RUNS.map(([type, run]) => ({
    types: [type],
    whenAbsent: run === "" ? "violates" : "complies",
    cloudDefault,
    evaluate: ({ props }, context) => {
      const findings = rule(props, run, context);
      return run === "" ? findings : onlyIf(props, REQUEST, isSet, findings);
    },
  }));
}

/** Checks of runs that describe their machine themselves; of the others, the template that they name is judged. */
export function ownMachineChecks(rule: RunRule, types: string[] = RUNS.map(([type]) => type)): Check[] {
  const checked = RUNS.filter(([type]) => types.includes(type));
  return checked.map(([type, run]) => ({
    types: [type],
    whenAbsent: "complies",
    cloudDefault: "the machine of the template that the run names",
    evaluate: ({ props }, context) => onlyIf(props, `${run}customEnvironmentSpec`, isSet, rule(props, run, context)),
  }));
}
