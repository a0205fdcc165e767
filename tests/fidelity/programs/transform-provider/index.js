// A transform gives a resource another provider and another parent's protection.
import { Provider, Thing } from "../../echo.js";

const provider = new Provider("chosen", { endpoint: "here" });
const own = ({ props, opts }) => ({ props, opts: { ...opts, provider, customTimeouts: { create: "5m" } } });
new Thing("thing", { value: 1 }, { transforms: [own] });
