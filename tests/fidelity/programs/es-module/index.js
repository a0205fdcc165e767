// An ES module with top-level await, a dynamic import and a JSON import.
import { Thing } from "../../echo.js";
import settings from "./settings.json" with { type: "json" };

const { name } = await import("./name.js");
new Thing(name, {
  value: settings.value,
  file: import.meta.filename.split("/").at(-1),
  url: import.meta.url.split("/").at(-1),
});
