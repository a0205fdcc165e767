// A registration that names its dependencies as a whole, as SDKs did of old: then every property depends on all of them.
import structproto from "google-protobuf/google/protobuf/struct_pb.js";
import { registerByProtocol, Thing } from "../../echo.js";

const first = new Thing("first", {});
export const registered = first.urn.apply((urn) =>
  registerByProtocol("echo:index:Thing", "second", (request) => {
    request.setCustom(true);
    request.setDependenciesList([urn]);
    request.setObject(structproto.Struct.fromJavaScript({ value: 1, other: [] }));
  }),
);
