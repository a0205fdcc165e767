// A method of a resource, which its provider answers.
import * as pulumi from "@pulumi/pulumi";
import { Thing } from "../../echo.js";

const first = new Thing("first", { value: 1 });
const answer = pulumi.runtime.call("echo:index:Thing/describe", { __self__: first, verbose: true }, first);
new Thing("second", { value: answer.apply((result) => result.text) });
