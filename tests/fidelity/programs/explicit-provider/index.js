// An explicit provider, with a secret and a value that is not known yet in its configuration.
import * as pulumi from "@pulumi/pulumi";
import { Provider, Thing } from "../../echo.js";

const first = new Thing("first", {});
const provider = new Provider(
  "provider",
  { region: "here", token: pulumi.secret("t"), list: ["a"], endpoint: first.result },
  { protect: true },
);
new Thing("thing", { value: 1 }, { provider });
