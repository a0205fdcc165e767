/**
 * The guard: one line in a program, and every resource that it registers is judged by the pack's controls, in an update
 * and in each preview that no pack judges. A forgotten `--policy-pack` then does not open the gate.
 */
import { getProject, getStack, runtime } from "@pulumi/pulumi";
import type { PackConfig } from "./configuration.ts";
import type { Judge } from "./guard/judge.ts";
import { GuardedProgram } from "./guard/program.ts";
import { packJudges } from "./marker.ts";

/**
 * Judges every resource that the program registers from here on. In a preview, violations of mandatory controls are
 * logged as errors and fail it; in an update the resource is refused.
 *
 * `config` is what the pack is given as `--policy-pack-config`: levels, parameters and exemptions by policy name.
 */
export function guard(config: Record<string, unknown> = {}): void {
  const deployment = { project: getProject(), stack: getStack() };
  if (runtime.isDryRun() && packJudges(deployment)) return;
  const program = new GuardedProgram(deployment, loadJudge(config as PackConfig));
  runtime.registerResourceTransform(async (args) => {
    await program.register(args);
    return undefined;
  });
}

// The controls are not loaded where the pack judges.
async function loadJudge(config: PackConfig): Promise<Judge> {
  const [{ Judge }, { controls }] = await Promise.all([import("./guard/judge.ts"), import("./controls/index.ts")]);
  return new Judge(controls, config);
}
