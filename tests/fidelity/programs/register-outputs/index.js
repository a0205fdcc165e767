// A stack policy sees of a component what it registered as outputs.
import * as pulumi from "@pulumi/pulumi";
import { Group, Thing } from "../../echo.js";

const group = new Group("group");
const thing = new Thing("thing", { value: 1 }, { parent: group });
group.registerOutputs({ thing, value: thing.value, token: pulumi.secret("s"), unknown: thing.result });
new Group("silent");
