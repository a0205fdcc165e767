// Time limits, in every unit.
import { Group, Thing } from "../../echo.js";

new Thing("thing", {}, { customTimeouts: { create: "1h30m", update: "90s", delete: "1.5m" } });
const group = new Group("group", { customTimeouts: { create: "5m" } });
new Thing("child", {}, { parent: group });
