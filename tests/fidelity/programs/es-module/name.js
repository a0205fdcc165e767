export const name = await Promise.resolve("thing");
