// Two resources of one type and name, one after the other.
import { Thing } from "../../echo.js";

const first = new Thing("same", { value: 1 });
first.urn.apply(() => new Thing("same", { value: 2 }));
