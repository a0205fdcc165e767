/** Cases about the steps of SageMaker pipelines, for both AWS providers. */
import type { ControlCases, Expected } from "./cases.ts";
import { unknown } from "./server.ts";

/** One step: what it shows, its type, its arguments, and what the control must say. */
export type StepCase = [shows: string, type: string, settings: Record<string, unknown>, expected: Expected];

/** The cases of a control on pipelines with one step each, and on definitions that are not known or no JSON. */
export function onPipelines(control: string, cases: StepCase[], parameters?: Record<string, unknown>): ControlCases[] {
  const forms: [type: string, write: (definition: unknown) => Record<string, unknown>][] = [
    ["aws:sagemaker/pipeline:Pipeline", (definition) => ({ pipelineDefinition: definition })],
    ["aws-native:sagemaker:Pipeline", (definition) => ({ pipelineDefinition: { pipelineDefinitionBody: definition } })],
  ];
  return forms.map(([type, write]) => ({
    control,
    type,
    cases: [
      ...cases.map(([shows, step, settings, expected]): NonNullable<ControlCases["cases"]>[number] => [
        shows,
        write(JSON.stringify({ Version: "2020-12-01", Steps: [{ Name: "One", Type: step, Arguments: settings }] })),
        expected,
        parameters,
      ]),
      ["an unknown definition", write(unknown), "undecided"],
      ["a definition that is no JSON", write("{"), "violates"],
      ["a definition that is no text", write({ Steps: [] }), "violates"],
      ["no steps", write("{}"), "complies"],
      ["steps of a wrong type", write('{"Steps": [null, 7, {"Type": "Lambda", "Arguments": 7}, {}]}'), "complies"],
      ["names of a wrong type", write('{"Steps": [{"Name": {"toString": 1}, "Type": {"valueOf": 1}}]}'), "complies"],
    ],
  }));
}
