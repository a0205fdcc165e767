// One stack: the program runs, and every resource that it registers is judged while it goes on.

import { messageOf } from "./errors.ts";
import type { Findings, Pack } from "./packs/pack.ts";
import type { LogLine, MissingAnswer, Properties, ResourceRecord, StackRun } from "./protocol/messages.ts";
import { stackUrn } from "./protocol/urn.ts";
import type { StackResult } from "./report/result.ts";
import type { Runner } from "./runner/runner-process.ts";

interface Watcher {
  resource(count: number): void;
  log(line: LogLine): void;
  missing(answer: MissingAnswer): void;
  /** The program has ended; judging goes on. */
  ended(): void;
}

const NOTHING_REGISTERED =
  "the program registered nothing, not even its stack: the version of @pulumi/pulumi that it uses does not take the " +
  "offline preview for its engine; update it";

/** Runs the program and fills in `result`; throws when the program or a pack failed. */
export async function judge(
  run: StackRun,
  packs: Pack[],
  runner: Runner,
  result: StackResult,
  deadline: number,
  watcher: Watcher,
): Promise<void> {
  const byUrn = new Map<string, ResourceRecord>();
  const judging: Promise<void>[] = [];
  const packErrors: string[] = [];
  const failures: string[] = [];

  const add = (resource: ResourceRecord) => {
    byUrn.set(resource.urn, resource);
    result.resources.push(resource);
    watcher.resource(result.resources.length);
  };
  // A preview never refuses a registration: the program need not wait for the verdict.
  const analyze = (resource: ResourceRecord) => {
    const provider = byUrn.get(resource.provider);
    for (const pack of packs) {
      judging.push(
        pack.analyze(resource, provider).then(
          (found) => addFindings(result, found),
          (error) => void packErrors.push(messageOf(error)),
        ),
      );
    }
  };
  const remediate = async (resource: ResourceRecord): Promise<Properties> => {
    add(resource);
    for (const pack of packs) {
      try {
        const { inputs, found } = await pack.remediate(resource, byUrn.get(resource.provider));
        resource.inputs = inputs;
        addFindings(result, found);
      } catch (error) {
        packErrors.push(messageOf(error));
      }
    }
    analyze(resource);
    return resource.inputs;
  };

  const errors = await runner.run(
    run,
    {
      resource: (resource) => {
        add(resource);
        analyze(resource);
      },
      remediate,
      outputs: (urn, outputs) => {
        const resource = byUrn.get(urn);
        if (resource !== undefined) resource.outputs = outputs;
      },
      log: watcher.log,
      error: (message) => void failures.push(message),
      missing: watcher.missing,
    },
    deadline,
  );
  watcher.ended();
  await Promise.all(judging);
  result.outputs = byUrn.get(stackUrn(run.stack, run.project))?.outputs ?? {};

  const programErrors = [...new Set([...errors, ...failures])];
  const registered = byUrn.has(stackUrn(run.stack, run.project));
  if (programErrors.length === 0 && !registered) programErrors.push(NOTHING_REGISTERED);
  // The engine judges the whole stack only if everything before succeeded.
  if (programErrors.length === 0 && packErrors.length === 0) {
    await judgeStack(run, packs, result, packErrors);
  }
  sortFindings(result);
  // After the program's own failure, above all when it took all the time, the packs' are its consequence.
  const problems = programErrors.length > 0 ? programErrors : [...new Set(packErrors)];
  if (problems.length > 0) throw new Error(problems.join("\n"));
}

async function judgeStack(run: StackRun, packs: Pack[], result: StackResult, packErrors: string[]): Promise<void> {
  const resources = [...result.resources].sort((a, b) => (a.urn < b.urn ? -1 : 1));
  const urn = stackUrn(run.stack, run.project);
  await Promise.all(
    packs.map((pack) =>
      pack.analyzeStack(resources, urn).then(
        (found) => addFindings(result, found),
        (error) => void packErrors.push(messageOf(error)),
      ),
    ),
  );
}

function addFindings(result: StackResult, found: Findings): void {
  result.diagnostics.push(...found.diagnostics);
  result.notEvaluated.push(...found.notEvaluated);
  result.exempted.push(...found.exempted);
}

// Answers arrive in any order; a report does not change when nothing changed.
function sortFindings(result: StackResult): void {
  const key = (finding: { urn: string; pack: string; policy: string; message?: string; reason?: string }) =>
    [finding.urn, finding.pack, finding.policy, finding.message ?? finding.reason].join("\u0000");
  for (const list of [result.diagnostics, result.notEvaluated, result.exempted]) {
    list.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  }
  const seen = new Set<string>();
  result.notEvaluated = result.notEvaluated.filter((finding) => !seen.has(key(finding)) && seen.add(key(finding)));
}
