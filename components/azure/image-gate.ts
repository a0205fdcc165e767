/** The first step of every pipeline: it fails, and the pipeline with it, unless Defender has cleared every image. */
import { SEVERITIES } from "../training-spec.ts";

/**
 * Repository that mirrors Microsoft's own Python image, with which the gate and register steps run. It is none of the team's
 * images: code of an image that is judged must not judge. Names of the spec have no underscore.
 */
export const GATE_REPOSITORY = "ml__gate";

/** Where that repository takes images from. */
export const GATE_SOURCE = "mcr.microsoft.com/azurelinux/base/python";

/** Python 3.12 on Azure Linux 3, of September 2026. */
export const GATE_DIGEST = "sha256:6a4fcacee291dffbb7a95881a8549cda0ff0999628975eebeec5b7ce6acb10fa";

/** An image that the gate judges. */
export interface GatedImage {
  /** `<registry>/<repository>@sha256:…`, for messages. */
  image: string;
  /** `sha256:…` */
  digest: string;
  /** Worst known vulnerability that it may have. */
  severityLimit: string;
}

/** What the gate asks. */
export interface GateTies {
  /** Subscription of the registry. */
  subscriptionId: string;
  /** Azure Resource Manager. */
  resourceManagerUrl: string;
}

/** Environment variables of the gate's code. */
export function gateEnvironment(images: GatedImage[], ties: GateTies): Record<string, string> {
  return {
    ML_GATED_IMAGES: JSON.stringify(images),
    ML_SUBSCRIPTION: ties.subscriptionId,
    ML_RESOURCE_MANAGER: ties.resourceManagerUrl,
  };
}

/**
 * The gate's code: Python's own library and nothing else. It asks Azure Resource Graph for what Defender says about each
 * digest, by the individual recommendations that replaced the sub-assessments in July 2026:
 * https://learn.microsoft.com/azure/defender-for-cloud/transition-grouped-individual-recommendations
 *
 * It fails closed: an image that Defender says nothing about counts as unscanned, and a severity that is not known as the
 * worst. Images without any finding, about which Defender need not say anything, are refused by that as well (see gaps.ts).
 *
 * There is no single quote and no dollar sign in it, so that a shell passes it on as it is.
 */
export const GATE_CODE = `import json, os, sys, urllib.parse, urllib.request

SKIP = chr(36) + "skipToken"
LEVELS = ${JSON.stringify(SEVERITIES)}

def fetch(url, headers, body=None):
    request = urllib.request.Request(url, data=body, headers=headers)
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)

def token(resource):
    query = {"api-version": "2017-09-01", "resource": resource, "clientid": os.environ["DEFAULT_IDENTITY_CLIENT_ID"]}
    url = os.environ["MSI_ENDPOINT"] + "?" + urllib.parse.urlencode(query)
    return fetch(url, {"secret": os.environ["MSI_SECRET"]})["access_token"]

def statements(digest, manager, bearer):
    query = (
        "securityresources | where type =~ \\"microsoft.security/assessments\\""
        " | where tostring(properties) contains \\"" + digest + "\\""
        " | project id, status = tostring(properties.status.code), severity = tostring(properties.metadata.severity)"
        " | order by id asc"
    )
    url = manager + "/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01"
    headers = {"Authorization": "Bearer " + bearer, "Content-Type": "application/json"}
    found, options = [], {"resultFormat": "objectArray"}
    while True:
        body = {"subscriptions": [os.environ["ML_SUBSCRIPTION"]], "query": query, "options": options}
        page = fetch(url, headers, json.dumps(body).encode())
        found += page["data"]
        if not page.get(SKIP):
            return found
        options = {"resultFormat": "objectArray", SKIP: page[SKIP]}

def level(severity):
    return LEVELS.index(severity.lower()) if severity.lower() in LEVELS else len(LEVELS)

def reason(image, manager, bearer):
    judged = [s for s in statements(image["digest"], manager, bearer) if s["status"] in ("Healthy", "Unhealthy")]
    if not judged:
        return "Defender says nothing about it; it was not scanned"
    worst = max((level(s["severity"]) for s in judged if s["status"] == "Unhealthy"), default=0)
    if worst > LEVELS.index(image["severityLimit"]):
        return "it has a vulnerability worse than " + image["severityLimit"]
    return None

manager = os.environ["ML_RESOURCE_MANAGER"]
bearer = token(manager)
refused = 0
for image in json.loads(os.environ["ML_GATED_IMAGES"]):
    why = reason(image, manager, bearer)
    print(("refused: " + why if why else "cleared") + ": " + image["image"])
    refused += 1 if why else 0
sys.exit(1 if refused else 0)
`;
