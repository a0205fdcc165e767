// A pack changes a resource: the program and the other resources see the new value.
import { Group, Thing } from "../../echo.js";

const group = new Group("group");
const first = new Thing("first", { value: "given", other: "kept" }, { parent: group });
new Thing("second", { value: "remediated", other: first.value });
export const value = first.value;
