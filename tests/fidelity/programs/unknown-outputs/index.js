// What is not known yet flows on; what only an apply would create is not there.
import { Thing } from "../../echo.js";

const first = new Thing("first", { value: "known" });
new Thing("second", { value: first.result, other: { a: [first.id], b: "known" } });
first.result.apply((result) => new Thing("never", { value: result }));
first.value.apply((value) => new Thing("inner", { value }));
export const unknown = first.result;
