/** Controls of identities. */
import type { Topic } from "../control.ts";
import { rights } from "./identity-rights.ts";
import { trust } from "./identity-trust.ts";

/** Identities and their rights. */
export const identity: Topic = { title: "Identities", controls: [...rights, ...trust] };
