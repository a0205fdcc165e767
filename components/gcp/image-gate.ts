/**
 * The first task of every pipeline: it lets no step run on an image that was not scanned, or has worse known
 * vulnerabilities than its repository allows. A scheduled run passes it too, since it is part of the pipeline.
 */

/** Environment in which the code of pipelines' own tasks runs: Google's published image of pipeline components. */
export const LAUNCHER_IMAGE = "gcr.io/ml-pipeline/google-cloud-pipeline-components:2.22.0";

/** An image that a pipeline runs. */
export interface GatedImage {
  /** `<repository>@sha256:…` */
  image: string;
  /** Worst severity that it may have: `none`, `low`, `medium`, `high` or `critical`. */
  limit: string;
}

/**
 * Reads what Artifact Analysis knows of each image (cloud.google.com/artifact-analysis/docs/investigate-vulnerabilities).
 * A scan counts while the analysis goes on: Google stops it 30 days after an image was last pulled, and what it found
 * then is out of date. A severity that Google did not set counts as critical.
 */
export const IMAGE_GATE = `
import json
import sys

import google.auth
from google.auth.transport.requests import AuthorizedSession

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
LIMITS = ["none", "low", "medium", "high", "critical"]
SEVERITIES = {"MINIMAL": 1, "LOW": 1, "MEDIUM": 2, "HIGH": 3, "CRITICAL": 4}


def occurrences(session, project, image, kind):
    url = "https://containeranalysis.googleapis.com/v1/projects/" + project + "/occurrences"
    query = 'kind="' + kind + '" AND resourceUrl="https://' + image + '"'
    token = ""
    while True:
        params = {"filter": query, "pageSize": 1000, "pageToken": token}
        response = session.get(url, params=params, timeout=60)
        response.raise_for_status()
        page = response.json()
        yield from page.get("occurrences", [])
        token = page.get("nextPageToken", "")
        if not token:
            return


def is_current(scan):
    discovery = scan.get("discovery", {})
    finished = discovery.get("analysisStatus") == "FINISHED_SUCCESS"
    return finished and discovery.get("continuousAnalysis") == "ACTIVE"


def severity(occurrence):
    return SEVERITIES.get(occurrence.get("vulnerability", {}).get("effectiveSeverity"), 4)


def problem(session, project, image, limit):
    if not any(is_current(scan) for scan in occurrences(session, project, image, "DISCOVERY")):
        return "has no current scan: push or pull it, wait for the scan, and start the pipeline again"
    found = occurrences(session, project, image, "VULNERABILITY")
    worst = max((severity(occurrence) for occurrence in found), default=0)
    if worst > LIMITS.index(limit):
        return "has a vulnerability of severity " + LIMITS[worst] + ", and its limit is " + limit
    return None


def main(project, images):
    session = AuthorizedSession(google.auth.default(scopes=[SCOPE])[0])
    failed = False
    for entry in json.loads(images):
        refused = problem(session, project, entry["image"], entry["limit"])
        print(entry["image"], refused or "passes")
        failed = failed or refused is not None
    if failed:
        sys.exit("an image was refused: no step runs")


main(*sys.argv[1:])
`.trimStart();
