/** What happens on a violation. */
export type Level = "advisory" | "mandatory" | "disabled" | "remediate";

/** In the order of the protocol's EnforcementLevel: a level's number is its position. */
export const LEVELS: Level[] = ["advisory", "mandatory", "disabled", "remediate"];
