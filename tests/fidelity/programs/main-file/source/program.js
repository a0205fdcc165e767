// The project names a file as its program: its folder is the working directory.
import { readFileSync } from "node:fs";
import { Thing } from "../../../echo.js";

new Thing("thing", { value: readFileSync("beside.txt", "utf8").trim() });
