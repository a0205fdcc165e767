// A type that is no type token.
import * as pulumi from "@pulumi/pulumi";
import { Thing } from "../../echo.js";

const first = new Thing("first", {});
first.urn.apply(() => new pulumi.CustomResource("no-token", "thing", {}));
