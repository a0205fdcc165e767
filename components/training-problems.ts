/** What the fields about training say about each other. Like all such checks it reads the raw input. */
import { Cron } from "croner";
import { duplicate, list, type Problem } from "./problems.ts";
import type { Workspace } from "./spec.ts";
import {
  type DatabaseSpec,
  type ImageSpec,
  isVariable,
  MODEL_STORE,
  type ParameterSpec,
  type PipelineSpec,
  type SecretSpec,
  type StepSpec,
} from "./training-spec.ts";

type Spec = Partial<Workspace>;

/** Names that a step may refer to, by the field that lists them. */
export interface Known {
  /** Data stores, with the access that the workspace has. */
  dataStores: { name: string; access?: string }[];
  secrets: string[];
  parameters: string[];
  databases: string[];
  images: { name: string; mirrorOf?: string }[];
  /** Most machines of a training step. */
  maxNodes: number;
  /** Whether packages can be had from anywhere. */
  egress: string;
}

/** Problems of `training`, `images`, `secrets`, `parameters` and `databases`, all at once. */
export function trainingProblems(spec: Spec): Problem[] {
  return [
    ...duplicates("images", list<ImageSpec>(spec.images)),
    ...duplicates("secrets", list<SecretSpec>(spec.secrets)),
    ...duplicates("parameters", list<ParameterSpec>(spec.parameters)),
    ...databaseProblems(spec),
    ...clusterProblems(spec),
    ...pipelinesProblems(list<PipelineSpec>(spec.training?.pipelines), known(spec)),
  ];
}

function known(spec: Spec): Known {
  const names = (entries: unknown) => list<{ name: string }>(entries).map((entry) => entry.name);
  return {
    dataStores: list(spec.dataStores),
    secrets: names(spec.secrets),
    parameters: names(spec.parameters),
    databases: names(spec.databases),
    images: list(spec.images),
    maxNodes: spec.training?.cluster?.maxNodes ?? 1,
    egress: spec.network?.egress ?? "none",
  };
}

function duplicates(field: string, entries: { name: string }[]): Problem[] {
  const seen = new Map<string, string>();
  return entries.flatMap((entry, index) => duplicate(seen, entry.name, `${field}[${index}]`));
}

function databaseProblems({ cloud, databases }: Spec): Problem[] {
  const entries = list<DatabaseSpec>(databases);
  const missing = entries.flatMap(({ existing }, index) => {
    if (!existing) return [];
    const path = `databases[${index}].existing`;
    if (cloud === "azure" && !existing.id) {
      return [{ path: `${path}.id`, message: "give the resource id of the server or of its private link service" }];
    }
    if (cloud !== "azure" && !existing.address) {
      return [{ path: `${path}.address`, message: "give the private IPv4 address of the server" }];
    }
    return [];
  });
  return [...duplicates("databases", entries), ...missing];
}

function clusterProblems({ training }: Spec): Problem[] {
  const cluster = training?.cluster;
  if (!cluster?.accelerator || (!cluster.size && !cluster.machineType)) return [];
  const field = cluster.machineType ? "machineType" : "size";
  return [{ path: `training.cluster.${field}`, message: "leave it out: the accelerator decides the machine type" }];
}

/** Problems of pipelines, given what their steps may refer to. */
export function pipelinesProblems(pipelines: PipelineSpec[], known: Known, root = "training.pipelines"): Problem[] {
  const seen = new Map<string, string>();
  return pipelines.flatMap((pipeline, index) => {
    const path = `${root}[${index}]`;
    return [...duplicate(seen, pipeline.name, path), ...pipelineProblems(pipeline, known, path)];
  });
}

/** Problems of one pipeline. `path` is where it stands, empty for a pipeline by itself. */
export function pipelineProblems(pipeline: PipelineSpec, known: Known, path: string): Problem[] {
  const at = (field: string) => (path ? `${path}.${field}` : field);
  const steps = list<StepSpec>(pipeline.steps);
  const seen = new Map<string, string>();
  const each = steps.flatMap((step, index) => [
    ...duplicate(seen, step.name, at(`steps[${index}]`)),
    ...stepProblems(step, steps, known, at(`steps[${index}]`)),
  ]);
  return [
    ...scheduleProblems(pipeline.schedule, at("schedule")),
    ...each,
    ...cycleProblems(steps, at("steps")),
    ...sharedOutputProblems(pipeline.name, steps, at("steps")),
  ];
}

/** One rule for all clouds: plain numbers, and a day of the month or a day of the week, but not both. */
function scheduleProblems(schedule: unknown, path: string): Problem[] {
  if (typeof schedule !== "string") return [];
  const fields = schedule.trim().split(/\s+/);
  if (fields.length !== 5 || !fields.every((field) => /^[\d*,/-]+$/.test(field))) {
    const message = `"${schedule}" does not fit; use five fields of numbers, * , - and /, such as 0 2 * * 1-5`;
    return [{ path, message }];
  }
  if (fields[2] !== "*" && fields[4] !== "*") {
    return [{ path, message: "use a day of the month or a day of the week, not both: clouds read it differently" }];
  }
  try {
    const next = new Cron(schedule, { timezone: "UTC", mode: "5-part", paused: true }).nextRun();
    return next ? [] : [{ path, message: `"${schedule}" never fires; there is no such day` }];
  } catch (error) {
    const reason = String((error as Error).message).replace(/^CronPattern: /, "");
    return [{ path, message: `"${schedule}" is no schedule: ${reason}` }];
  }
}

function stepProblems(step: StepSpec, steps: StepSpec[], known: Known, path: string): Problem[] {
  return [
    ...referenceProblems(step, known, path),
    ...inputProblems(step, steps, known, path),
    ...outputProblems(step, known, path),
    ...kindProblems(step, known, path),
    ...environmentProblems(step, path),
  ];
}

function referenceProblems(step: StepSpec, known: Known, path: string): Problem[] {
  const { secrets, parameters, databases } = known;
  const lists = Object.entries({ secrets, parameters, databases }).flatMap(([field, names]) =>
    list<string>(step[field as "secrets"]).flatMap((name, index) =>
      names.includes(name)
        ? []
        : [{ path: `${path}.${field}[${index}]`, message: unknownName(name, `${field} of this spec`, names) }],
    ),
  );
  return [...lists, ...imageProblems(step, known, path)];
}

function imageProblems({ image }: StepSpec, { images }: Known, path: string): Problem[] {
  if (typeof image !== "string") return [];
  const reference = image.split("@")[0]!;
  const name = reference.split("/")[0]!;
  const entry = images.find((candidate) => candidate.name === name);
  const at = `${path}.image`;
  if (!entry) {
    const names = images.map((candidate) => candidate.name);
    return [{ path: at, message: unknownName(name, "images of this spec", names) }];
  }
  const hasPath = reference.includes("/");
  if (entry.mirrorOf && !hasPath) {
    return [
      { path: at, message: `"${name}" mirrors ${entry.mirrorOf}; name the image in it: ${name}/<path>@sha256:…` },
    ];
  }
  if (!entry.mirrorOf && hasPath) {
    return [{ path: at, message: `"${name}" holds one image; leave the path out: ${name}@sha256:…` }];
  }
  return [];
}

function inputProblems(step: StepSpec, steps: StepSpec[], known: Known, path: string): Problem[] {
  const seen = new Map<string, string>();
  const stores = [...known.dataStores.map((store) => store.name), MODEL_STORE];
  const inputs = list<StepSpec["inputs"][number]>(step.inputs).flatMap((input, index) => {
    const at = `${path}.inputs[${index}]`;
    const problems = duplicate(seen, input.name, at);
    if (Boolean(input.dataStore) === Boolean(input.step)) {
      return [...problems, { path: at, message: "give either dataStore or step, and only one of them" }];
    }
    if (input.dataStore) {
      if (input.output) problems.push({ path: `${at}.output`, message: "belongs to step; remove it" });
      if (!stores.includes(input.dataStore)) {
        problems.push({
          path: `${at}.dataStore`,
          message: unknownName(input.dataStore, "data stores of this spec", stores),
        });
      }
      return problems;
    }
    return [...problems, ...stepInputProblems(input, step, steps, at)];
  });
  const waits = list<string>(step.dependsOn).flatMap((name, index) => {
    const at = `${path}.dependsOn[${index}]`;
    return steps.some((other) => other.name === name)
      ? []
      : [{ path: at, message: unknownName(name, "steps of this pipeline", names(steps)) }];
  });
  return [...inputs, ...waits];
}

function stepInputProblems(
  input: StepSpec["inputs"][number],
  step: StepSpec,
  steps: StepSpec[],
  path: string,
): Problem[] {
  const source = steps.find((other) => other.name === input.step && other !== step);
  if (!source) {
    const others = names(steps.filter((other) => other !== step));
    return [{ path: `${path}.step`, message: unknownName(input.step!, "other steps of this pipeline", others) }];
  }
  const outputs = list<{ name: string }>(source.outputs).map((output) => output.name);
  const problems: Problem[] = [];
  if (input.path) problems.push({ path: `${path}.path`, message: "belongs to dataStore; remove it" });
  if (!outputs.includes(input.output ?? "")) {
    const message = unknownName(input.output ?? "", `outputs of step "${source.name}"`, outputs);
    problems.push({ path: `${path}.output`, message });
  }
  return problems;
}

function outputProblems(step: StepSpec, known: Known, path: string): Problem[] {
  const seen = new Map<string, string>();
  return list<StepSpec["outputs"][number]>(step.outputs).flatMap((output, index) => {
    const at = `${path}.outputs[${index}]`;
    const problems = duplicate(seen, output.name, at);
    const name = output.dataStore ?? MODEL_STORE;
    const store = known.dataStores.find((candidate) => candidate.name === name);
    const stores = [...known.dataStores.map((candidate) => candidate.name), MODEL_STORE];
    if (!stores.includes(name)) {
      problems.push({ path: `${at}.dataStore`, message: unknownName(name, "data stores of this spec", stores) });
    }
    if (store?.access === "read") {
      problems.push({ path: `${at}.dataStore`, message: `"${name}" has access "read"; write to another store` });
    }
    return problems;
  });
}

/** What the kinds of steps demand of their other fields. */
function kindProblems(step: StepSpec, known: Known, path: string): Problem[] {
  const problems: Problem[] = [];
  const say = (field: string, message: string) => problems.push({ path: `${path}.${field}`, message });
  const outputs = list(step.outputs).length;
  if (step.kind === "training" && outputs !== 1) say("outputs", "a training step has exactly one output, the model");
  if (step.kind === "training" && (step.nodes ?? 1) > known.maxNodes) {
    say("nodes", `${step.nodes} machines are more than training.cluster.maxNodes (${known.maxNodes})`);
  }
  if (step.kind !== "training" && step.spot) say("spot", "applies to training steps only; remove it");
  if (step.packages && known.egress === "none") {
    say("packages", 'there are no packages with network.egress "none"; use "packages" or put them into the image');
  }
  if (step.kind === "register") problems.push(...registerProblems(step, path));
  return problems;
}

function registerProblems(step: StepSpec, path: string): Problem[] {
  const problems: Problem[] = [];
  const inputs = list<StepSpec["inputs"][number]>(step.inputs);
  if (inputs.length !== 1 || !inputs[0]!.step) {
    problems.push({ path: `${path}.inputs`, message: "a register step has one input: the output of a training step" });
  }
  for (const field of ["outputs", "command", "secrets", "parameters", "databases"] as const) {
    if (list(step[field]).length === 0) continue;
    problems.push({ path: `${path}.${field}`, message: "a register step runs no code of its own; remove it" });
  }
  return problems;
}

function environmentProblems(step: StepSpec, path: string): Problem[] {
  return Object.keys(step.environment ?? {})
    .filter((name) => !isVariable(name))
    .map((name) => ({
      path: `${path}.environment.${name}`,
      message: name.startsWith("ML_")
        ? "names that begin with ML_ are the workspace's own; choose another name"
        : "use upper-case letters, digits and _, starting with a letter",
    }));
}

function cycleProblems(steps: StepSpec[], path: string): Problem[] {
  const waits = new Map(steps.map((step) => [step.name, waitsFor(step)]));
  const state = new Map<string, "open" | "done">();
  const cycle = (name: string, trail: string[]): string[] | undefined => {
    if (state.get(name) === "done" || !waits.has(name)) return undefined;
    if (state.get(name) === "open") return [...trail.slice(trail.indexOf(name)), name];
    state.set(name, "open");
    for (const next of waits.get(name)!) {
      const found = cycle(next, [...trail, name]);
      if (found) return found;
    }
    state.set(name, "done");
    return undefined;
  };
  for (const { name } of steps) {
    const found = cycle(name, []);
    if (!found) continue;
    return [{ path, message: `steps wait for each other: ${found.join(" waits for ")}; remove one of these links` }];
  }
  return [];
}

/** Names of the steps that a step waits for. */
function waitsFor(step: StepSpec): string[] {
  const sources = list<StepSpec["inputs"][number]>(step.inputs).flatMap((input) => (input.step ? [input.step] : []));
  return [...sources.filter((name) => name !== step.name), ...list<string>(step.dependsOn)];
}

/** Two outputs in one folder would let one step change what another wrote. */
function sharedOutputProblems(pipeline: string, steps: StepSpec[], path: string): Problem[] {
  const places = steps.flatMap((step, index) =>
    list<StepSpec["outputs"][number]>(step.outputs).map((output, number) => ({
      at: `${path}[${index}].outputs[${number}]`,
      place: `${output.dataStore ?? MODEL_STORE}/${output.path ?? `pipelines/${pipeline}/${step.name}/${output.name}`}/`,
    })),
  );
  return places.flatMap((later, index) => {
    const earlier = places
      .slice(0, index)
      .find(({ place }) => place.startsWith(later.place) || later.place.startsWith(place));
    if (!earlier) return [];
    return [{ path: `${later.at}.path`, message: `overlaps ${earlier.at}; give each output a folder of its own` }];
  });
}

function names(entries: { name: string }[]): string[] {
  return entries.map((entry) => entry.name);
}

function unknownName(name: string, what: string, known: string[]): string {
  return `"${name}" is none of the ${what} (${known.join(", ") || "none yet"})`;
}
