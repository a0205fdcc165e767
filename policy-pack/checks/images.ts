/** What the name of a container's image says: its registry, and whether it means one image or whatever a tag points to. */
import { type Finding, judge, violation } from "../findings.ts";
import { read } from "../read.ts";
import { isListed } from "./allow-lists.ts";

const DIGEST = /@(sha256:[0-9a-f]{64})$/;

/** Registries in which everybody can publish images, by host; names without a host are those of Docker Hub. */
const PUBLIC_REGISTRIES = [
  "docker.io",
  "ghcr.io",
  "mcr.microsoft.com",
  "nvcr.io",
  "public.ecr.aws",
  "quay.io",
  "registry.k8s.io",
];

/** Other names of Docker Hub. */
const DOCKER_HUB = ["index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"];

/** The image, where it is given, must be named by its digest, unless the list allows it by tag. */
export function mustNameDigest(props: object, path: string, allowedByTag: readonly string[]): Finding[] {
  return onImage(props, path, (image, at) =>
    DIGEST.test(image) || isListed(allowedByTag, image)
      ? []
      : [violation(`${at} must end with @sha256: and the image's digest`)],
  );
}

/** The image, where it is given, must be one of those that were scanned. An empty list stands for all. */
export function mustBeScanned(props: object, path: string, digests: readonly string[]): Finding[] {
  if (digests.length === 0) return [];
  return onImage(props, path, (image, at) => {
    const digest = DIGEST.exec(image)?.[1];
    if (digest === undefined) return [violation(`${at} has no digest, so nobody knows which image was scanned`)];
    return digests.includes(digest) ? [] : [violation(`${at} has a digest that is not on the list of scanned images`)];
  });
}

/** The image, where it is given, must not come from a public registry. */
export function mustNotBePublic(props: object, path: string, allowed: readonly string[]): Finding[] {
  return onImage(props, path, (image, at) => {
    const registry = registryOf(image);
    const isPublic = PUBLIC_REGISTRIES.includes(registry) && !allowed.includes(registry);
    return isPublic ? [violation(`${at} comes from ${registry}; keep a copy in a registry of your own`)] : [];
  });
}

function onImage(props: object, path: string, rule: (image: string, at: string) => Finding[]): Finding[] {
  return judge(read(props, path), "", { absent: "complies" }, (image, at) =>
    typeof image === "string" ? rule(image, at) : [violation(`${at} is no image`)],
  );
}

/** The first part of a name is a host when it could not be a folder: it holds a dot or a port. */
function registryOf(image: string): string {
  const [host = "", ...path] = image.split("/");
  const hasHost = path.length > 0 && (/[.:]/.test(host) || host === "localhost");
  return !hasHost || DOCKER_HUB.includes(host) ? "docker.io" : host;
}
