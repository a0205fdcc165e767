// Outputs that are secret although the inputs are not.
import { Thing } from "../../echo.js";

const first = new Thing("first", { value: "given", other: "plain" }, { additionalSecretOutputs: ["value", "result"] });
new Thing("second", { value: first.value, other: first.result });
