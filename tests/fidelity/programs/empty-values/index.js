// Empty and odd values.
import { Thing } from "../../echo.js";

new Thing("thing", {
  value: "",
  other: null,
  list: [],
  object: {},
  holes: [undefined, null, 0, false],
  inner: { gone: undefined, nothing: null },
  big: 12345678901,
  fraction: 0.1,
});
