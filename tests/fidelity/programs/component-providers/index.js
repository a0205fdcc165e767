// A component's map of providers reaches its descendants; the single provider of a resource goes before.
import { Group, Provider, Thing } from "../../echo.js";

const one = new Provider("one", { n: 1 });
const two = new Provider("two", { n: 2 });
const group = new Group("group", { providers: { echo: one } });
const inner = new Group("inner", { parent: group });
const other = new Group("other", { parent: group, providers: [two] });
new Thing("takes-one", {}, { parent: inner });
new Thing("takes-two", {}, { parent: other });
new Thing("own", {}, { parent: inner, provider: two });
