// A resource that is taken over.
import { Thing } from "../../echo.js";

const taken = new Thing("taken", { value: "given" }, { import: "id-1" });
new Thing("thing", { value: taken.id, other: taken.value });
