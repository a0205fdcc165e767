// Lifted access into objects that are partly unknown.
import * as pulumi from "@pulumi/pulumi";
import { Thing } from "../../echo.js";

const first = new Thing("first", { value: { list: ["a"], inner: { x: 1 } } });
const second = new Thing("second", { value: { known: "k", unknown: first.result, list: ["a", first.id] } });
new Thing("third", { value: second.value.known, other: second.value.unknown, list: second.value.list });
new Thing("fourth", { value: first.value.inner.x, other: pulumi.jsonStringify({ a: first.value, b: first.result }) });
