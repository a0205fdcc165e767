import { Thing } from "../../echo.js";

export const make = (name, value) => new Thing(name, { value });
