// A resource gives its provider to its children of the same package; a component its one provider.
import * as pulumi from "@pulumi/pulumi";
import { Group, Provider, Thing } from "../../echo.js";

const provider = new Provider("provider", { n: 1 });
const parent = new Thing("parent", {}, { provider });
new Thing("child", {}, { parent });
class Random extends pulumi.CustomResource {}
new Random("random:index/randomId:RandomId", "other-package", { byteLength: 2 }, { parent });
const group = new Group("group", { provider });
new Thing("in-group", {}, { parent: group });
new Random("random:index/randomId:RandomId", "other-in-group", { byteLength: 2 }, { parent: group });
