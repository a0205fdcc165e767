import type { Gap } from "../platform.ts";
import type { Workspace } from "../spec.ts";
import { MAX_LOG_RETENTION_DAYS } from "./logs.ts";
import { acceleratorOf, machineTypeOf } from "./machines.ts";

/** What the spec asks for and Google Cloud cannot give in full. */
export function findGaps(workspace: Workspace): Gap[] {
  return [
    ...networkGaps(workspace),
    ...logGaps(workspace),
    ...keyGaps(workspace),
    ...peopleGaps(workspace),
    ...notebookGaps(workspace),
  ];
}

function networkGaps({ network }: Workspace): Gap[] {
  const gaps = [
    {
      path: "network.egress",
      message:
        "Google APIs answer for every customer at one address, so a person with credentials of another organization could " +
        "write there from a notebook. Only a VPC Service Controls perimeter, which belongs to the organization, stops that; " +
        "the restricted address that the network uses is ready for one.",
    },
  ];
  if (network.egress === "approved") {
    gaps.push({
      path: "network.approvedHosts",
      message: network.existing
        ? "the existing network has the way to these hosts; the workspace only adds firewall rules, which deny all but Google APIs. Allow the proxy there."
        : "Secure Web Proxy sees host names, not what is sent to them: it does not open TLS, which needs a certificate authority of your own.",
    });
  }
  if (network.existing) {
    gaps.push({
      path: "network.existing",
      message:
        "routes, Private Google Access, DNS for the restricted address and flow logs are the existing network's. The workspace " +
        "adds firewall rules for its own machines, unless the network belongs to another project (Shared VPC): there, the " +
        "Notebooks agent of this project also needs the role compute.networkUser on the subnet.",
    });
  }
  return gaps;
}

function logGaps({ network }: Workspace): Gap[] {
  if (network.flowLogRetentionDays <= MAX_LOG_RETENTION_DAYS) return [];
  const message = `Cloud Logging keeps logs for at most ${MAX_LOG_RETENTION_DAYS} days; they are kept that long.`;
  return [{ path: "network.flowLogRetentionDays", message }];
}

function keyGaps({ keys }: Workspace): Gap[] {
  if (!keys.hsm) return [];
  const message =
    "the keys are in Cloud HSM (FIPS 140-2 level 3), whose modules Google shares among customers; a module of your own needs single-tenant Cloud HSM.";
  return [{ path: "keys.hsm", message }];
}

function peopleGaps({ people, notebooks }: Workspace): Gap[] {
  const jobs = {
    path: "people.dataScientists",
    message:
      "Vertex AI has no IAM condition on a job's network or key, so nobody may start Vertex AI jobs by hand: they could run outside the workspace's limits. Notebooks compute on their own machines.",
  };
  const owners = new Set(notebooks.map((notebook) => notebook.owner));
  const federated = people.dataScientists.flatMap((person, index) => {
    if (!owners.has(person.name) || person.gcp?.startsWith("user:")) return [];
    const message = `${person.name} is no Google account, so Workbench itself cannot be told the notebook's owner; the IAP, OS Login and service account grants still admit nobody else.`;
    return [{ path: `people.dataScientists[${index}].gcp`, message }];
  });
  return [jobs, ...federated];
}

function notebookGaps({ notebooks, network }: Workspace): Gap[] {
  return notebooks.flatMap((notebook, index) => {
    const gaps: Gap[] = [];
    if (acceleratorOf(machineTypeOf(notebook.size, notebook.machineType))) {
      gaps.push({
        path: `notebooks[${index}].${notebook.machineType ? "machineType" : "size"}`,
        message: "Secure Boot stays on, so the GPU works only with an image whose NVIDIA driver is signed.",
      });
    }
    notebook.repositories.forEach((repository, number) => {
      if (isReachable(repository, network)) return;
      const path = `notebooks[${index}].repositories[${number}]`;
      gaps.push({
        path,
        message: "its host cannot be reached with this egress; approve the host or clone it elsewhere.",
      });
    });
    return gaps;
  });
}

function isReachable(repository: string, { egress, approvedHosts }: Workspace["network"]): boolean {
  const { hostname } = new URL(repository);
  if (egress !== "approved") return false;
  return approvedHosts.some((host) => (host.startsWith("*.") ? hostname.endsWith(host.slice(1)) : host === hostname));
}
