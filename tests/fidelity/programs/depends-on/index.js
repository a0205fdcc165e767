// A dependency on resources, and on a component: then on everything in it.
import { Group, Thing } from "../../echo.js";

const first = new Thing("first", { value: 1 });
const group = new Group("group");
const inner = new Group("inner", { parent: group });
new Thing("a", {}, { parent: group });
new Thing("b", {}, { parent: inner });
new Thing("after-thing", { value: 1, other: 2 }, { dependsOn: [first] });
new Thing("after-group", { value: 1 }, { dependsOn: [group] });
new Thing("after-both", { value: first.value }, { dependsOn: Promise.resolve([group, first]) });
