// Configuration of every type; the project's defaults and a secret that the stack keeps in the clear.
import * as pulumi from "@pulumi/pulumi";
import { Thing } from "../../echo.js";

const config = new pulumi.Config();
new Thing("thing", {
  text: config.require("text"),
  number: config.requireNumber("number"),
  flag: config.requireBoolean("flag"),
  object: config.requireObject("object"),
  defaulted: config.require("defaulted"),
  list: config.requireObject("list"),
});
