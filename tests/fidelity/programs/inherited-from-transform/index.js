// What a transform gives a component is inherited by its children, although the program does not know of it.
import { Group, Provider, Thing } from "../../echo.js";

const provider = new Provider("provider", { n: 1 });
const give = (given) => (args) =>
  args.name === "group" || args.name === "parent" ? { props: args.props, opts: { ...args.opts, ...given } } : undefined;
const group = new Group("group", { transforms: [give({ protect: true, providers: { echo: provider } })] });
const inner = new Group("inner", { parent: group });
new Thing("thing", {}, { parent: inner });
const parent = new Thing("parent", {}, { transforms: [give({ protect: true, provider })] });
new Thing("child", {}, { parent });
