// Properties whose changes are ignored.
import { Group, Thing } from "../../echo.js";

new Thing("thing", { value: { a: [1, 2] } }, { ignoreChanges: ["value.a[0]", "other"] });
const group = new Group("group", { ignoreChanges: ["value"] });
new Thing("child", { value: 1 }, { parent: group });
