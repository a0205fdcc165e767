// A timer that fires after the program's last line creates a resource all the same.
import { Thing } from "../../echo.js";

new Thing("at-once", {});
setTimeout(() => {
  const late = new Thing("late", {});
  setTimeout(() => new Thing("later", { value: late.value }), 20);
}, 50);
