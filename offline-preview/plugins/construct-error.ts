// What a plugin says when it cannot make a component: the inputs that it refuses are in the error's details.

import type { ServiceError } from "@grpc/grpc-js";
import type { Protocol } from "../runner/monitor-server.ts";

interface Any {
  getTypeName(): string;
  getValue_asU8(): Uint8Array;
}

interface Message<T> {
  deserializeBinary(bytes: Uint8Array): T;
}

interface Status {
  getDetailsList(): Any[];
}

interface InputErrors {
  getErrorsList(): { getPropertyPath(): string; getReason(): string }[];
}

/** The message, with a line for each input that is refused. */
export function constructError({ load }: Protocol, error: ServiceError): string {
  const { Status } = load("status_pb.js") as unknown as { Status: Message<Status> };
  const { InputPropertiesError } = load("errors_pb.js") as unknown as { InputPropertiesError: Message<InputErrors> };
  const refused = (error.metadata?.get("grpc-status-details-bin") ?? [])
    .flatMap((bytes) => Status.deserializeBinary(bytes as Buffer).getDetailsList())
    .filter((detail) => detail.getTypeName() === "pulumirpc.InputPropertiesError")
    .flatMap((detail) => InputPropertiesError.deserializeBinary(detail.getValue_asU8()).getErrorsList());
  const lines = refused.map((one) => `property ${one.getPropertyPath()} has a problem: ${one.getReason()}`);
  return [error.details, ...lines].filter((line) => line !== "").join("\n");
}
