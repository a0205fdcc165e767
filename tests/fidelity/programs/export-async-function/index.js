// An ES module whose default export is an async function.
import { Thing } from "../../echo.js";

export default async function program() {
  await new Promise((resolve) => setTimeout(resolve, 10));
  const thing = new Thing("thing", { value: 1 });
  return { value: thing.value, result: thing.result };
}
