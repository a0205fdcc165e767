// A program that fails after its first resource.
import { Thing } from "../../echo.js";

const first = new Thing("first", { value: 1 });
first.urn.apply(() => {
  throw new Error("the program failed");
});
