import type { Gap } from "../platform.ts";
import type { Workspace } from "../spec.ts";
import type { PipelineSpec } from "../training-spec.ts";
import { LAUNCHER_IMAGE } from "./image-gate.ts";
import { MAX_LOG_RETENTION_DAYS } from "./logs.ts";
import { acceleratorOf, machineTypeOf } from "./machines.ts";
import { JOBS_INTERNET } from "./training-checks.ts";

/** What the spec asks for and Google Cloud cannot give in full. */
export function findGaps(workspace: Workspace): Gap[] {
  return [
    ...networkGaps(workspace),
    ...logGaps(workspace),
    ...keyGaps(workspace),
    ...peopleGaps(workspace),
    ...notebookGaps(workspace),
    ...secretGaps(workspace),
    ...trainingGaps(workspace),
  ];
}

function networkGaps({ network }: Workspace): Gap[] {
  const gaps: Gap[] = [];
  if (!network.perimeter) {
    gaps.push({
      path: "network.egress",
      message:
        "Google APIs answer for every customer at one address, so a person with credentials of another organization could " +
        "write there from a notebook. Only a VPC Service Controls perimeter, which belongs to the organization, stops that; " +
        "the restricted address that the network uses is ready for one.",
    });
  }
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
      "Vertex AI has no IAM condition on a job's network or key, so nobody may start Vertex AI jobs by hand: they could run outside the workspace's limits. Notebooks compute on their own machines, and people start the pipelines of the spec.",
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

function secretGaps({ secrets }: Workspace): Gap[] {
  return secrets.flatMap(({ name, rotationFunctionId }, index) => {
    if (!rotationFunctionId) return [];
    const message = `Secret Manager calls no function of AWS: when ${name} is due it writes to the topic for rotation, and an operator adds the new value.`;
    return [{ path: `secrets[${index}].rotationFunctionId`, message }];
  });
}

function trainingGaps(workspace: Workspace): Gap[] {
  const { network, training } = workspace;
  if (training.pipelines.length === 0) return [];
  return [
    ...(network.perimeter ? [] : [jobsInternetGap(workspace)]),
    ...(network.existing ? [existingNetworkGap()] : []),
    {
      path: "training.pipelines",
      message:
        "Vertex AI pulls images as its own agent and runs a pipeline's own tasks (the gate, the launcher of jobs, the " +
        `registration) on Google's published image ${LAUNCHER_IMAGE}, as an account that reads no data; a step's account has ` +
        "no right on images at all, and sees the names of other objects in the stores that it names.",
    },
    ...(training.cluster.idleMinutes > 0 ? [idleGap()] : []),
    ...training.pipelines.flatMap(pipelineGaps),
  ];
}

function jobsInternetGap({ network }: Workspace): Gap {
  return {
    path: "network.perimeter",
    message:
      `accepted (${JOBS_INTERNET}): without a VPC Service Controls perimeter, jobs reach the internet through Google's own ` +
      `gateways, whatever egress says ("${network.egress}"). Only what their accounts may read is protected: each step's ` +
      "own inputs and secrets.",
  };
}

function existingNetworkGap(): Gap {
  return {
    path: "network.existing",
    message:
      "jobs take addresses of the first existing subnet, whose range the workspace does not know: what they reach is up " +
      "to that network's firewall rules, and steps are told apart at a database by their sign-in only. In another " +
      "project's network, give Vertex AI's agent the right to update network attachments there.",
  };
}

function idleGap(): Gap {
  const message =
    "Vertex AI gives machines back as soon as a step ends. Machines that wait need a persistent resource, which never " +
    "scales down to none, so there is none.";
  return { path: "training.cluster.idleMinutes", message };
}

function pipelineGaps({ steps }: PipelineSpec, index: number): Gap[] {
  return steps.flatMap((step, number) => {
    const path = `training.pipelines[${index}].steps[${number}]`;
    const gaps: Gap[] = [];
    if (step.nodes > 1 && step.encryptBetweenNodes) {
      const message =
        "Vertex AI has no setting for it: Google's network encrypts what its machines send to each other, with keys of Google's.";
      gaps.push({ path: `${path}.encryptBetweenNodes`, message });
    }
    if (step.kind === "register") {
      const message =
        "Vertex AI's registry has no state of approval: a version has the label approval=pending, and an operator gives it the alias approved.";
      gaps.push({ path: `${path}.kind`, message });
    }
    return gaps;
  });
}
