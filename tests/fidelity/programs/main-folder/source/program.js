// The project names a folder as its program; its package.json names the entry.
import { readFileSync } from "node:fs";
import { Thing } from "../../../echo.js";

new Thing("thing", { value: readFileSync("beside.txt", "utf8").trim() });
