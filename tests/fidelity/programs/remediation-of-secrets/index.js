// A pack changes a resource that has secret and unknown properties.
import * as pulumi from "@pulumi/pulumi";
import { Thing } from "../../echo.js";

const first = new Thing("first", { value: pulumi.secret("s") });
new Thing("second", { value: first.result, other: pulumi.secret("kept"), list: [first.value] });
