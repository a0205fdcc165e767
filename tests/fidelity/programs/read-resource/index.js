// Resource.get reads what exists; policies do not judge it, but what depends on it.
import { Thing } from "../../echo.js";

const found = Thing.get("found", "id-1", { value: "state" });
new Thing("thing", { value: found.value, other: found.id, more: found.result }, { dependsOn: [found] });
