// Aliases mean nothing to a stack that does not exist yet.
import { Group, Thing } from "../../echo.js";

const group = new Group("group", { aliases: [{ name: "old-group" }] });
new Thing(
  "thing",
  {},
  { parent: group, aliases: [{ name: "old" }, { parent: undefined }, "urn:pulumi:dev::x::t:t:T::n"] },
);
