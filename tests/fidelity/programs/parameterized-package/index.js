// A package that is made from another plugin and a parameter.
import * as pulumi from "@pulumi/pulumi";
import resproto from "@pulumi/pulumi/proto/resource_pb.js";

let reference;
async function register() {
  const monitor = pulumi.runtime.getMonitor();
  const parameters = new resproto.Parameterization();
  parameters.setName("shaped");
  parameters.setVersion("2.0.0");
  parameters.setValue(Buffer.from("parameter").toString("base64"));
  const request = new resproto.RegisterPackageRequest();
  request.setName("echo");
  request.setVersion("1.0.0");
  request.setParameterization(parameters);
  return new Promise((resolve, reject) =>
    monitor.registerPackage(request, (error, response) => (error ? reject(error) : resolve(response.getRef()))),
  );
}
class Shaped extends pulumi.CustomResource {
  constructor(name, args, opts) {
    reference ??= register();
    super("shaped:index:Thing", name, args, opts, false, reference);
  }
}
new Shaped("shaped", { value: 1 });
