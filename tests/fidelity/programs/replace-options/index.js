// Options that decide on replacements.
import { Thing } from "../../echo.js";

const first = new Thing("first", { value: 1 }, { replaceOnChanges: ["value"], hideDiffs: ["other"] });
new Thing("second", { value: 2 }, { replacementTrigger: "v1", replaceWith: [first] });
