/** Where Azure has no equal for something in the spec. */
import type { Gap } from "../platform.ts";
import type { Workspace } from "../spec.ts";
import { MAX_SOFT_DELETE_DAYS } from "./storage-account.ts";
import { trainingGaps } from "./training-gaps.ts";

/** Every gap of a spec, in the order of its fields. */
export function gapsOf(workspace: Workspace): Gap[] {
  return [
    ...networkGaps(workspace),
    ...dataStoreGaps(workspace),
    ...notebookGaps(workspace),
    ...keyGaps(workspace),
    ...trainingGaps(workspace),
  ];
}

function networkGaps({ network }: Workspace): Gap[] {
  const gaps: Gap[] = [];
  if (network.availabilityZones) {
    gaps.push({
      path: "network.availabilityZones",
      message: "Azure subnets span every zone of a region; storage and the registry are zone-redundant instead",
    });
  }
  if (network.existing) {
    gaps.push({
      path: "network.existing",
      message: "security groups and flow logs of an existing network are its owner's; the workspace changes neither",
    });
  }
  gaps.push({
    path: "network.egress",
    message:
      "Azure ML's managed network always reaches Entra ID, Resource Manager, Azure ML, Batch, Monitor and Microsoft's image registry, which all customers share; rules for hosts act on names and do not open TLS",
  });
  if (network.egress === "packages") {
    gaps.push({
      path: "network.egress",
      message:
        "Azure has no package mirror that a workspace can create; the managed firewall admits pypi.org and files.pythonhosted.org, which take no uploads, and nothing else",
    });
  }
  return gaps;
}

function dataStoreGaps({ dataStores }: Workspace): Gap[] {
  return dataStores.flatMap((store, index) => {
    const gaps: Gap[] = [];
    if (!store.existing && store.retentionDays > MAX_SOFT_DELETE_DAYS) {
      gaps.push({
        path: `dataStores[${index}].retentionDays`,
        message: `Azure keeps a deleted blob for ${MAX_SOFT_DELETE_DAYS} days at most; versions that are younger than ${store.retentionDays} days stay longer`,
      });
    }
    if (store.immutableDays > 0) {
      gaps.push({
        path: `dataStores[${index}].immutableDays`,
        message:
          "the policy is in force but unlocked, because locking cannot be declared or undone; no role of the workspace can change it, and its owner locks it once with `az storage container immutability-policy lock`",
      });
    }
    return gaps;
  });
}

/** Size of a compute instance's disk, in GB. */
const DISK_GB = 120;

function notebookGaps({ notebooks }: Workspace): Gap[] {
  const gaps: Gap[] = notebooks.flatMap((notebook, index) => {
    const at = (field: string) => `notebooks[${index}].${field}`;
    const own: Gap[] = [];
    if (notebook.image) {
      own.push({
        path: at("image"),
        message: "compute instances run Azure ML's own image; use an Azure ML environment for jobs instead",
      });
    }
    if (notebook.repositories.length > 0) {
      own.push({
        path: at("repositories"),
        message:
          "clone them in the notebook's terminal; a set-up script would make Azure ML turn the owner's single sign-on off",
      });
    }
    if (notebook.volumeGb > DISK_GB) {
      own.push({
        path: at("volumeGb"),
        message: `a compute instance has a fixed disk of ${DISK_GB} GB; notebook files are on the workspace's file share`,
      });
    }
    return own;
  });
  if (notebooks.length > 0) {
    gaps.push({
      path: "notebooks",
      message:
        "the stable Azure ML API cannot turn off root access on a compute instance; the managed network and the instance's identity limit what root can reach",
    });
  }
  return gaps;
}

function keyGaps({ keys }: Workspace): Gap[] {
  const gaps: Gap[] = [
    {
      path: "keys",
      message:
        "Azure ML encrypts compute disks, and Log Analytics without a dedicated cluster its logs, with Microsoft's keys; Azure ML stays with the key version that it was created with, since it cannot change it in the preview of service-side encryption; the key rotates, and its old versions stay usable",
    },
  ];
  if (keys.hsm) {
    gaps.push({
      path: "keys.hsm",
      message:
        "premium vaults keep keys in HSMs (FIPS 140) that are shared between customers; a Managed HSM of one's own belongs to the subscription's foundation",
    });
  }
  return gaps;
}
