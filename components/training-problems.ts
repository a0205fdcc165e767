/** What the fields about training say about each other. Like all such checks it reads the raw input. */
import { Cron } from "croner";
import { duplicate, list, type Problem } from "./problems.ts";
import type { Workspace } from "./spec.ts";
import {
  type DatabaseSpec,
  GATE_STEP,
  type ImageSpec,
  isVariable,
  MODEL_STORE,
  outputFolder,
  type ParameterSpec,
  PIPELINE_FOLDERS,
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
  const each = entries.flatMap((entry, index) => {
    const path = `databases[${index}]`;
    return [...userNameProblems(entry, entries, path), ...existingProblems(entry, cloud, path)];
  });
  return [...duplicates("databases", entries), ...each];
}

/** `ML_DATABASE_<NAME>_USER` of one database would be `ML_DATABASE_<NAME>` of another. */
function userNameProblems({ name }: DatabaseSpec, entries: DatabaseSpec[], path: string): Problem[] {
  const other = entries.find((candidate) => name === `${candidate.name}-user`);
  if (!other) return [];
  const message = `steps would find it where they find the user of "${other.name}"; choose another name`;
  return [{ path: `${path}.name`, message }];
}

function existingProblems({ existing, ...entry }: DatabaseSpec, cloud: unknown, path: string): Problem[] {
  if (typeof existing !== "object" || existing === null) return [];
  const problems: Problem[] = (["size", "storageGb", "backupDays"] as const)
    .filter((field) => entry[field] !== undefined)
    .map((field) => ({ path: `${path}.${field}`, message: "applies to new servers only; remove it" }));
  if (cloud === "azure" && !existing.id) {
    const message = "give the resource id of the server or of its private link service";
    problems.push({ path: `${path}.existing.id`, message });
  }
  if (cloud !== "azure" && !existing.address) {
    problems.push({ path: `${path}.existing.address`, message: "give the private IPv4 address of the server" });
  }
  return problems;
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
  const placed = pipelines.map((pipeline, index) => ({ pipeline, path: `${root}[${index}].steps` }));
  const each = pipelines.flatMap((pipeline, index) => {
    const path = `${root}[${index}]`;
    return [...duplicate(seen, pipeline.name, path), ...problemsWithin(pipeline, known, path)];
  });
  return [...each, ...identityProblems(placed), ...sharedOutputProblems(placed)];
}

/** Problems of one pipeline. `path` is where it stands, empty for a pipeline by itself. */
export function pipelineProblems(pipeline: PipelineSpec, known: Known, path: string): Problem[] {
  const steps = path ? `${path}.steps` : "steps";
  return [...problemsWithin(pipeline, known, path), ...sharedOutputProblems([{ pipeline, path: steps }])];
}

/** A pipeline, and where its steps stand. */
interface PlacedPipeline {
  pipeline: PipelineSpec;
  path: string;
}

function problemsWithin(pipeline: PipelineSpec, known: Known, path: string): Problem[] {
  const at = (field: string) => (path ? `${path}.${field}` : field);
  const steps = list<StepSpec>(pipeline.steps);
  const seen = new Map<string, string>();
  const each = steps.flatMap((step, index) => [
    ...duplicate(seen, step.name, at(`steps[${index}]`)),
    ...stepProblems(step, steps, known, at(`steps[${index}]`)),
  ]);
  return [...scheduleProblems(pipeline.schedule, at("schedule")), ...each, ...cycleProblems(steps, at("steps"))];
}

/** Steps of two pipelines would share one identity: step `c` of `a-b`, and step `b-c` of `a`. */
function identityProblems(pipelines: PlacedPipeline[]): Problem[] {
  const identities = pipelines.flatMap(({ pipeline, path }) =>
    list<StepSpec>(pipeline.steps).map((step, index) => ({
      pipeline: pipeline.name,
      at: `${path}[${index}]`,
      identity: `${pipeline.name}-${step.name}`,
    })),
  );
  return identities.flatMap((later, index) => {
    const earlier = identities
      .slice(0, index)
      .find((other) => other.identity === later.identity && other.pipeline !== later.pipeline);
    if (!earlier) return [];
    const message = `pipeline and step make "${later.identity}", as those of ${earlier.at} do; choose another name`;
    return [{ path: `${later.at}.name`, message }];
  });
}

/** One rule for all clouds: plain numbers, and a day of the month or a day of the week, but not both. */
function scheduleProblems(schedule: unknown, path: string): Problem[] {
  if (typeof schedule !== "string") return [];
  const fields = schedule.split(" ");
  if (fields.length !== 5 || !fields.every((field) => /^[\d*,/-]+$/.test(field))) {
    const message = `"${schedule}" does not fit; use five fields of numbers, * , - and /, one space apart, such as 0 2 * * 1-5`;
    return [{ path, message }];
  }
  if (fields[2] !== "*" && fields[4] !== "*") {
    return [{ path, message: "use a day of the month or a day of the week, not both: clouds read it differently" }];
  }
  try {
    const next = new Cron(schedule, { timezone: "UTC", mode: "5-part", paused: true }).nextRun();
    return next ? [] : [{ path, message: `"${schedule}" never fires; there is no such day` }];
  } catch {
    const ranges =
      "minute 0-59, hour 0-23, day of month 1-31, month 1-12, day of week 0-7, lists such as 1,3, steps such as */15";
    return [{ path, message: `"${schedule}" is no schedule; use ${ranges}` }];
  }
}

function stepProblems(step: StepSpec, steps: StepSpec[], known: Known, path: string): Problem[] {
  const taken = { path: `${path}.name`, message: `"${GATE_STEP}" is the workspace's own step; choose another name` };
  return [
    ...(step.name === GATE_STEP ? [taken] : []),
    ...referenceProblems(step, known, path),
    ...inputProblems(step, steps, known, path),
    ...outputProblems(step, known, path),
    ...kindProblems(step, steps, known, path),
    ...environmentProblems(step, path),
  ];
}

function referenceProblems(step: StepSpec, known: Known, path: string): Problem[] {
  const { secrets, parameters, databases } = known;
  const lists = Object.entries({ secrets, parameters, databases }).flatMap(([field, names]) =>
    nameProblems(step[field as "secrets"], `${field} of this spec`, names, `${path}.${field}`),
  );
  return [...lists, ...imageProblems(step, known, path)];
}

/** Problems of a list of names: each must be known, and stand there once. */
function nameProblems(listed: unknown, what: string, known: string[], path: string): Problem[] {
  const all = list<unknown>(listed);
  return all.flatMap((name, index) => {
    if (typeof name !== "string") return [];
    const at = `${path}[${index}]`;
    if (!known.includes(name)) return [{ path: at, message: unknownName(name, what, known) }];
    return all.indexOf(name) < index ? [{ path: at, message: `"${name}" is listed twice; remove one` }] : [];
  });
}

function imageProblems({ image }: StepSpec, { images }: Known, path: string): Problem[] {
  // Without a digest, the schema asks for one.
  if (typeof image !== "string" || !image.includes("@")) return [];
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
      if (typeof input.dataStore !== "string") return problems;
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
  const waits = nameProblems(step.dependsOn, "steps of this pipeline", names(steps), `${path}.dependsOn`);
  return [...inputs, ...waits];
}

function stepInputProblems(
  input: StepSpec["inputs"][number],
  step: StepSpec,
  steps: StepSpec[],
  path: string,
): Problem[] {
  if (typeof input.step !== "string") return [];
  const source = steps.find((other) => other.name === input.step && other !== step);
  if (!source) {
    const others = names(steps.filter((other) => other !== step));
    return [{ path: `${path}.step`, message: unknownName(input.step, "other steps of this pipeline", others) }];
  }
  const outputs = list<{ name: string }>(source.outputs).map((output) => output.name);
  const problems: Problem[] = [];
  if (input.path) problems.push({ path: `${path}.path`, message: "belongs to dataStore; remove it" });
  if (input.output === undefined) {
    problems.push({ path: `${path}.output`, message: `is required: use one of ${outputs.join(", ") || "none yet"}` });
  } else if (!outputs.includes(input.output)) {
    const message = unknownName(input.output, `outputs of step "${source.name}"`, outputs);
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
    if (typeof name !== "string") return problems;
    if (!stores.includes(name)) {
      problems.push({ path: `${at}.dataStore`, message: unknownName(name, "data stores of this spec", stores) });
    }
    if (store?.access === "read") {
      problems.push({ path: `${at}.dataStore`, message: `"${name}" has access "read"; write to another store` });
    }
    if (name === MODEL_STORE && typeof output.path === "string" && !output.path.startsWith(PIPELINE_FOLDERS)) {
      const message = `in "${MODEL_STORE}", use a folder below ${PIPELINE_FOLDERS}; notebooks write to other folders`;
      problems.push({ path: `${at}.path`, message });
    }
    return problems;
  });
}

/** What the kinds of steps demand of their other fields. */
function kindProblems(step: StepSpec, steps: StepSpec[], known: Known, path: string): Problem[] {
  const problems: Problem[] = [];
  const say = (field: string, message: string) => problems.push({ path: `${path}.${field}`, message });
  const outputs = list(step.outputs).length;
  if (step.kind === "training" && outputs !== 1) say("outputs", "a training step has exactly one output, the model");
  if ((step.nodes ?? 1) > known.maxNodes) {
    say("nodes", `${step.nodes} machines are more than training.cluster.maxNodes (${known.maxNodes})`);
  }
  if (step.kind !== "training" && step.spot) say("spot", "applies to training steps only; remove it");
  if (step.packages && known.egress === "none") {
    say("packages", 'there are no packages with network.egress "none"; use "packages" or put them into the image');
  }
  if (step.kind === "register") problems.push(...registerProblems(step, steps, path));
  return problems;
}

function registerProblems(step: StepSpec, steps: StepSpec[], path: string): Problem[] {
  const problems: Problem[] = [];
  const inputs = list<StepSpec["inputs"][number]>(step.inputs);
  // A step that is unknown is reported by itself.
  const source = steps.find((other) => other.name === inputs[0]?.step && other !== step);
  if (inputs.length !== 1 || !inputs[0]!.step || (source && source.kind !== "training")) {
    problems.push({ path: `${path}.inputs`, message: "a register step has one input: the output of a training step" });
  }
  for (const field of ["outputs", "command", "secrets", "parameters", "databases"] as const) {
    if (list(step[field]).length === 0) continue;
    problems.push({ path: `${path}.${field}`, message: "a register step runs no code of its own; remove it" });
  }
  if (step.packages) {
    problems.push({ path: `${path}.packages`, message: "a register step runs no code of its own; remove it" });
  }
  return problems;
}

function environmentProblems({ environment }: StepSpec, path: string): Problem[] {
  if (typeof environment !== "object" || environment === null || Array.isArray(environment)) return [];
  return Object.keys(environment)
    .filter((name) => !isVariable(name))
    .map((name) => ({
      path: `${path}.environment.${name}`,
      message: name.startsWith("ML_")
        ? "names that begin with ML_ are the workspace's own; choose another name"
        : "use upper-case letters, digits and _, starting with a letter",
    }));
}

/** One problem for each knot of steps that wait for each other. */
function cycleProblems(steps: StepSpec[], path: string): Problem[] {
  const waits = new Map(steps.map((step) => [step.name, waitsFor(step)]));
  const done = new Set<string>();
  const findCycle = (name: string, trail: string[]): string[] | undefined => {
    if (trail.includes(name)) return [...trail.slice(trail.indexOf(name)), name];
    if (done.has(name)) return undefined;
    for (const next of waits.get(name) ?? []) {
      const found = findCycle(next, [...trail, name]);
      if (found) return found;
    }
    done.add(name);
    return undefined;
  };
  return steps.flatMap(({ name }) => {
    const found = findCycle(name, []);
    if (!found) return [];
    for (const step of found) done.add(step);
    return [{ path, message: `steps wait for each other: ${found.join(" waits for ")}; remove one of these links` }];
  });
}

/** Names of the steps that a step waits for. */
function waitsFor(step: StepSpec): string[] {
  const sources = list<StepSpec["inputs"][number]>(step.inputs).flatMap((input) => (input.step ? [input.step] : []));
  return [...sources.filter((name) => name !== step.name), ...list<string>(step.dependsOn)];
}

/** Two outputs in one folder, of one pipeline or of two, would let one step change what another wrote. */
function sharedOutputProblems(pipelines: PlacedPipeline[]): Problem[] {
  const places = pipelines.flatMap(({ pipeline, path }) =>
    list<StepSpec>(pipeline.steps).flatMap((step, index) => outputPlaces(pipeline.name, step, `${path}[${index}]`)),
  );
  return places.flatMap((later, index) => {
    const earlier = places
      .slice(0, index)
      .find(({ place }) => place.startsWith(later.place) || later.place.startsWith(place));
    if (!earlier) return [];
    return [{ path: `${later.at}.path`, message: `overlaps ${earlier.at}; give each output a folder of its own` }];
  });
}

/** Where a step's outputs stand in the spec, and the folder of each. */
function outputPlaces(pipeline: string, step: StepSpec, path: string): { at: string; place: string }[] {
  return list<StepSpec["outputs"][number]>(step.outputs).map((output, index) => {
    const folder = output.path ?? outputFolder(pipeline, step.name, output.name);
    return { at: `${path}.outputs[${index}]`, place: `${output.dataStore ?? MODEL_STORE}/${folder}/` };
  });
}

function names(entries: { name: string }[]): string[] {
  return entries.map((entry) => entry.name);
}

function unknownName(name: string, what: string, known: string[]): string {
  return `"${name}" is none of the ${what} (${known.join(", ") || "none yet"})`;
}
