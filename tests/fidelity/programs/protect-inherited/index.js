// Protection, deletion rules and the like are inherited from the parent, unless the child says otherwise.
import { Group, Thing } from "../../echo.js";

const group = new Group("group", { protect: true, retainOnDelete: true });
const nested = new Group("nested", { parent: group });
new Thing("inherits", {}, { parent: nested });
new Thing("refuses", {}, { parent: nested, protect: false });
