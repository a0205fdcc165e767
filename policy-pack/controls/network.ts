/** Controls of networks. */
import type { Topic } from "../control.ts";
import { recording } from "./network-logs.ts";
import { paths } from "./network-paths.ts";
import { traffic } from "./network-traffic.ts";

/** Networks. */
export const network: Topic = { title: "Networks", controls: [...traffic, ...paths, ...recording] };
