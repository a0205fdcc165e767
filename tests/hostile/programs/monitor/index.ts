// Talks to the monitor itself: registers bad buckets, then tries to take back what it said, and to break what listens.
import { Config, CustomResource, runtime } from "@pulumi/pulumi";
import resource from "@pulumi/pulumi/proto/resource_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";

const BUCKET = "aws:s3/bucket:Bucket";
type Done = (error: Error | null, response: unknown) => void;
type Method = (request: unknown, done: Done) => void;
type Bytes = (bytes: Buffer) => Buffer;

const monitor = runtime.getMonitor() as unknown as Record<string, Method> & {
  getChannel(): { getTarget(): string };
  makeUnaryRequest(path: string, encode: Bytes, decode: Bytes, bytes: Buffer, done: Done): void;
};

async function attempt(name: string, call: (done: Done) => void): Promise<unknown> {
  return new Promise((resolve) => {
    call((error, response) => {
      console.log(`${name}: ${error === null ? "accepted" : "refused"}`);
      resolve(response);
    });
  });
}

function bucket(name: string, inputs: object): unknown {
  const request = new resource.RegisterResourceRequest();
  request.setType(BUCKET);
  request.setName(name);
  request.setCustom(true);
  request.setObject(struct.Struct.fromJavaScript(inputs as never));
  return request;
}

function register(label: string, name: string, inputs: object): Promise<unknown> {
  return attempt(label, (done) => monitor.registerResource!(bucket(name, inputs), done));
}

function send(label: string, method: string, bytes: Buffer): Promise<unknown> {
  const same = (given: Buffer) => given;
  const path = `/pulumirpc.ResourceMonitor/${method}`;
  return attempt(label, (done) => monitor.makeUnaryRequest(path, same, same, bytes, done));
}

/** A field of a message of the protocol: number, length, bytes. */
function field(number: number, bytes: Buffer): Buffer {
  const length: number[] = [];
  let rest = bytes.length;
  for (; rest > 127; rest >>= 7) length.push((rest & 127) | 128);
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length, rest]), bytes]);
}

/** A registration whose inputs are nested so deeply that no library could write it. */
function deep(levels: number): Buffer {
  let object = Buffer.alloc(0) as Buffer;
  for (let level = 0; level < levels; level++) {
    const entry = [field(1, Buffer.from("value")), field(2, field(5, object))];
    object = field(1, Buffer.concat(entry));
  }
  return Buffer.concat([field(1, Buffer.from(BUCKET)), field(2, Buffer.from("deep")), field(5, object)]);
}

console.log(`address: ${monitor.getChannel().getTarget()}`);
if (new Config().getBoolean("hostile")) {
  const first = (await register("first", "bad", { acl: "public-read" })) as { getUrn(): string };
  await register("again", "bad", { acl: "private" });
  await attempt("outputs", (done) => {
    const request = new resource.RegisterResourceOutputsRequest();
    request.setUrn(first.getUrn());
    request.setOutputs(struct.Struct.fromJavaScript({ acl: "private" }));
    monitor.registerResourceOutputs!(request, done);
  });
  await send("garbage", "RegisterResource", Buffer.from("garbage"));
  await send("nothing", "RegisterResource", Buffer.alloc(0));
  await send("no such method", "Overwrite", Buffer.alloc(0));
  await register("huge", "huge", { text: "x".repeat(20_000_000) });
  for (const levels of [300, 1000, 3000]) await send(`${levels} levels`, "RegisterResource", deep(levels));
  await attempt("shutdown", (done) => monitor.signalAndWaitForShutdown!(new empty.Empty(), done));
  await register("after shutdown", "late", { acl: "public-read" });
} else {
  new CustomResource(BUCKET, "good", { acl: "private" });
}
