// A component's transforms do not reach reads; what depends on a read resource keeps the dependency.
import { Group, Provider, Thing } from "../../echo.js";

const provider = new Provider("provider", {});
const group = new Group("group", { provider });
const found = Thing.get("found", "id-1", { value: "state" }, { parent: group });
new Thing("thing", { value: found.value }, { parent: found });
