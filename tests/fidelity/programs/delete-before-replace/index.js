// Given, denied and not given.
import { Thing } from "../../echo.js";

new Thing("given", {}, { deleteBeforeReplace: true });
new Thing("denied", {}, { deleteBeforeReplace: false });
new Thing("absent", {});
