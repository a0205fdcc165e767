// A function that becomes a resource's code.
import * as aws from "@pulumi/aws";

const factor = 6;
new aws.lambda.CallbackFunction("function", {
  runtime: "nodejs22.x",
  callback: async (event) => event.value * factor,
});
