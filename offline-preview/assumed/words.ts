// How names are written: words with dashes, and the plural that a cloud names a collection with.

/** `resourceGroupName` -> `resource-group-name`; `VPCEndpoint` -> `vpc-endpoint`. */
export function kebab(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1-$2")
    .replaceAll("_", "-")
    .toLowerCase();
}

/** `SSLCertificate` -> `sslCertificates`; `Policy` -> `policies`. */
export function collection(name: string): string {
  const camel = kebab(name).replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  if (/[^aeiou]y$/.test(camel)) return `${camel.slice(0, -1)}ies`;
  return /(s|x|ch|sh)$/.test(camel) ? `${camel}es` : `${camel}s`;
}
