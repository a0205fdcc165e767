// A provider with a version and a download address of its own, and an alias for the environment.
import { Provider, Thing } from "../../echo.js";

const provider = new Provider(
  "pinned",
  { region: "here" },
  { version: "1.2.3", pluginDownloadURL: "https://example.com/p/" },
);
new Thing("thing", {}, { provider });
