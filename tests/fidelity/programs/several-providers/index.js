// Several providers of one package beside the default one.
import { Provider, Thing } from "../../echo.js";

const here = new Provider("here", { region: "here" });
const there = new Provider("there", { region: "there" });
new Thing("in-default", {});
new Thing("in-here", {}, { provider: here });
new Thing("in-there", {}, { provider: there });
