/** What a policy pack costs by itself: the requests of one team's stack, many times over, through the pack's own server. */
import { resolve } from "node:path";
import { loadPackSource } from "../../offline-preview/packs/pack.ts";
import type { Method } from "../../offline-preview/packs/pack-messages.ts";
import { PackProcess } from "../../offline-preview/packs/pack-process.ts";
import type { AnalyzeRequest, StackResource } from "../../offline-preview/packs/requests.ts";
import { noFixtures } from "../../offline-preview/project/fixtures.ts";
import { loadProject } from "../../offline-preview/project/project.ts";
import { startPreview } from "../../offline-preview/supervisor.ts";

const STACK = "fraud-aws";
const TEAM = "fraud";
const AN_HOUR_MS = 3_600_000;

/** What a pack is asked about one stack. */
export interface Requests {
  analyze: AnalyzeRequest[];
  analyzeStack: { resources: StackResource[] };
}

/** Previews one team's stack with a pack and keeps what the pack was asked. */
export async function recordRequests(pack: string): Promise<Requests> {
  const recorded: Requests = { analyze: [], analyzeStack: { resources: [] } };
  const trace = (method: Method, request: object) => {
    if (method === "analyze") recorded.analyze.push(request as AnalyzeRequest);
    if (method === "analyzeStack") recorded.analyzeStack = request as Requests["analyzeStack"];
  };
  const { result } = startPreview(
    {
      stacks: [{ project: loadProject(resolve(".")), name: STACK }],
      packs: [loadPackSource(resolve(pack), undefined)],
      fixtures: noFixtures(),
      allowUndecided: false,
      isolated: false,
      timeout: 300,
      trace,
    },
    { begin: () => {}, resource: () => {}, log: () => {}, end: () => {} },
  );
  if (!(await result).ok) throw new Error(`${STACK} did not pass`);
  return recorded;
}

/** The same requests for as many teams as give `size` resources. */
export function requestsOfTeams(recorded: Requests, size: number): Requests {
  const text = JSON.stringify(recorded);
  const teams = Math.ceil(size / recorded.analyze.length);
  const copies = Array.from({ length: teams }, (_, team) => JSON.parse(text.replaceAll(TEAM, `${TEAM}${team}`)));
  return {
    analyze: copies.flatMap((copy: Requests) => copy.analyze).slice(0, size),
    analyzeStack: { resources: copies.flatMap((copy: Requests) => copy.analyzeStack.resources).slice(0, size) },
  };
}

/** Milliseconds that a pack takes for the requests, after it has started and seen each type once. */
export async function judgingMs(pack: string, warmUp: Requests, requests: Requests): Promise<number> {
  const { PATH = "", HOME = "" } = process.env;
  const stack = {
    organization: "organization",
    project: "bench",
    stack: "bench",
    config: {},
    secretKeys: [],
    tags: {},
  };
  const running = await PackProcess.start(pack, stack, {
    environment: { PATH, HOME },
    deadline: () => Date.now() + AN_HOUR_MS,
    trace: () => {},
  });
  try {
    await judge(running, warmUp);
    const start = performance.now();
    await judge(running, requests);
    return performance.now() - start;
  } finally {
    running.stop();
  }
}

async function judge(pack: PackProcess, { analyze, analyzeStack }: Requests): Promise<void> {
  await Promise.all(analyze.map((request) => pack.call("analyze", request)));
  await pack.call("analyzeStack", analyzeStack);
}
