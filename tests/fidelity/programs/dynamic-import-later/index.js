// Modules that are loaded late, in a callback of an output, still belong to the program.
import { Thing } from "../../echo.js";

const first = new Thing("first", { value: 1 });
first.value.apply(async (value) => {
  const { make } = await import("./late.js");
  make("late", value);
});
