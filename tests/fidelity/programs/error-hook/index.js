// Hooks that decide on errors are accepted; nothing fails in a preview.
import * as pulumi from "@pulumi/pulumi";
import { Thing } from "../../echo.js";

const retry = new pulumi.ErrorHook("retry", () => true);
new Thing("thing", { value: 1 }, { hooks: { onError: [retry] } });
