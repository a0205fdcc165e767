// A resource's own transform changes its properties.
import { Thing } from "../../echo.js";

const own = ({ props, opts }) => ({ props: { ...props, value: "changed", added: 1 }, opts });
new Thing("thing", { value: "given" }, { transforms: [own] });
