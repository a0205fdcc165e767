// A resource without an explicit provider, where default ones are forbidden.
import { Provider, Thing } from "../../echo.js";

const provider = new Provider("provider", {});
const allowed = new Thing("allowed", {}, { provider });
new Thing("forgotten", { value: allowed.value });
