/** What a cloud's platform does not create yet. */
import { InvalidInputError, type Problem } from "./problems.ts";
import type { Workspace } from "./spec.ts";

/**
 * Refuses the fields about training where they would be left out silently.
 * @throws InvalidInputError that names the fields.
 */
export function refuseTraining(workspace: Workspace): void {
  const { images, secrets, parameters, databases, training } = workspace;
  const used = Object.entries({ images, secrets, parameters, databases, "training.pipelines": training.pipelines });
  const problems = used.flatMap(([path, entries]): Problem[] =>
    entries.length > 0 ? [{ path, message: `is not available on ${workspace.cloud} yet; leave it out` }] : [],
  );
  if (problems.length > 0) throw new InvalidInputError("The workspace spec", problems);
}
