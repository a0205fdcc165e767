// What happens at deletion: policies do not see these options.
import { Thing } from "../../echo.js";

const first = new Thing("first", {}, { retainOnDelete: true });
new Thing("second", {}, { deletedWith: first });
