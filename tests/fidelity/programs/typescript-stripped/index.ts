// TypeScript that Node.js runs itself.
import { names } from "./names.ts";

const { Thing } = await import("../../echo.js" as string);
for (const name of names satisfies readonly string[]) new Thing(name, { value: name.length as number });
