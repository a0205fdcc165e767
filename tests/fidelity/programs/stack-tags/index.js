// Tags of the stack, which its backend keeps.
import { Thing } from "../../echo.js";

new Thing("thing", {});
