// An output that is resolved by hand, after a timer, decides what is created.
import * as pulumi from "@pulumi/pulumi";
import { Thing } from "../../echo.js";

const [output, resolve] = pulumi.deferredOutput();
setTimeout(() => resolve(pulumi.secret("late")), 30);
new Thing("thing", { value: output, other: output.apply((text) => text.length) });
