// A parent's transform changes the options of its children, after their own.
import { Group, Thing } from "../../echo.js";

const own = ({ props, opts }) => ({ props: { ...props, value: `${props.value}-own` }, opts });
const parents = ({ props, opts }) => ({
  props: { ...props, value: `${props.value}-parent` },
  opts: { ...opts, protect: true, ignoreChanges: ["value"], deleteBeforeReplace: false },
});
const group = new Group("group", { transforms: [parents] });
new Thing("thing", { value: "given" }, { parent: group, transforms: [own] });
