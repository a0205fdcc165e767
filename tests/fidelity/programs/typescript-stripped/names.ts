export const names: readonly string[] = ["one", "three"];
