// A program that only exports values.
export const answer = 42;
export const words = { first: "a", list: [1, true, null] };
