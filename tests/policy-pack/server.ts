/** This repository's policy pack, as tests of its controls start it. */
import { join } from "node:path";
import * as kit from "../../policy-pack/testing.ts";

export type { Diagnostic, Pack, TestResource, Verdict } from "../../policy-pack/testing.ts";
export { secret, unknown, urnOf } from "../../policy-pack/testing.ts";

const FOLDER = join(import.meta.dirname, "../../policy-pack");

/** Starts the pack and waits until it listens. */
export const startPack = (): Promise<kit.Pack> => kit.startPack(FOLDER);
