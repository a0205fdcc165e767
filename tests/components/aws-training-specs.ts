/** Variants of the training spec that stretch what SageMaker and IAM take. */
import type { PipelineArgs, StepArgs, WorkspaceArgs } from "../../components/args.ts";
import { NIGHTLY, withTraining } from "./training-specs.ts";

/** Digest of an image. */
export const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;

/** The nightly pipeline with changes to one of its steps. */
export function nightlyWith(step: string, changes: Partial<StepArgs>): PipelineArgs {
  const steps = NIGHTLY.steps.map((entry) => (entry.name === step ? { ...entry, ...changes } : entry));
  return { ...NIGHTLY, steps };
}

/** A workspace whose only pipeline is the nightly one with changes to one of its steps. */
export function withStep(step: string, changes: Partial<StepArgs>, rest: Partial<WorkspaceArgs> = {}): WorkspaceArgs {
  return withTraining("aws", {
    training: { cluster: { maxNodes: 2 }, pipelines: [nightlyWith(step, changes)] },
    ...rest,
  });
}

const longest = (length: number, letter: string) => letter.repeat(length);

/** Every name as long as the spec takes it, in a pipeline of every kind of step. */
export function withLongestNames(): WorkspaceArgs {
  const full = withTraining("aws");
  const [pipeline, database, secret] = [longest(20, "l"), longest(16, "b"), longest(24, "s")];
  const [store, image, parameter] = [longest(16, "d"), longest(24, "i"), longest(24, "r")];
  const step = (letter: string) => longest(20, letter);
  const person = { ...full.people.dataScientists[0], name: longest(20, "p") };
  return {
    ...full,
    team: longest(20, "t"),
    name: longest(16, "w"),
    environment: longest(8, "e"),
    people: { dataScientists: [person], operators: [{ ...full.people.operators?.[0], name: longest(20, "o") }] },
    notebooks: [{ name: longest(20, "n"), owner: person.name }],
    dataStores: [{ name: store, access: "read-write" }],
    images: [{ name: image }],
    secrets: [{ name: secret }],
    parameters: [{ name: parameter, value: "1" }],
    databases: [{ name: database }, { name: longest(16, "c"), existing: { address: "10.60.4.10" } }],
    training: {
      cluster: { maxNodes: 2 },
      pipelines: [
        {
          name: pipeline,
          schedule: "0 3 1 */2 *",
          steps: [
            {
              name: step("x"),
              kind: "processing",
              image: `${image}@${DIGEST}`,
              inputs: [{ name: "raw", dataStore: store }],
              outputs: [{ name: "features", dataStore: store }],
              secrets: [secret],
              parameters: [parameter],
              databases: [database, longest(16, "c")],
            },
            {
              name: step("y"),
              kind: "training",
              image: `${image}@${DIGEST}`,
              nodes: 2,
              inputs: [{ name: "features", step: step("x"), output: "features" }],
              outputs: [{ name: "model" }],
            },
            {
              name: `${longest(16, "y")}-eva`,
              kind: "evaluation",
              image: `${image}@${DIGEST}`,
              inputs: [{ name: "model", step: step("y"), output: "model" }],
              outputs: [{ name: "report" }],
            },
            {
              name: step("z"),
              kind: "register",
              image: `${image}@${DIGEST}`,
              inputs: [{ name: "model", step: step("y"), output: "model" }],
            },
          ],
        },
      ],
    },
  };
}
