/** The task of a `register` step: a new version of the pipeline's model in Vertex AI's registry. */

/** What is registered. */
export interface ModelVersion {
  /** Id of the model in the registry: one for each pipeline. */
  id: string;
  /** Where the model is, `gs://…`. */
  artifactUri: string;
  /** Image that serves it, `<repository>@sha256:…`. */
  image: string;
  /** Key that encrypts it. */
  keyName: string;
}

/**
 * Uploads a version and waits until it is there. Vertex AI has no state of approval: a version is registered with the
 * label `approval: pending` and without an alias, and an operator gives it the alias `approved`.
 */
export const MODEL_REGISTRATION = `
import json
import sys
import time

import google.auth
from google.auth.transport.requests import AuthorizedSession

SCOPE = "https://www.googleapis.com/auth/cloud-platform"


def read(response):
    response.raise_for_status()
    return response.json()


def upload(model, name, exists):
    version = {
        "displayName": model["id"],
        "artifactUri": model["artifactUri"],
        "containerSpec": {"imageUri": model["image"]},
        "encryptionSpec": {"kmsKeyName": model["keyName"]},
        "labels": {"approval": "pending"},
    }
    if exists:
        return {"model": version, "parentModel": name}
    return {"model": version, "modelId": model["id"]}


def main(project, location, text):
    model = json.loads(text)
    session = AuthorizedSession(google.auth.default(scopes=[SCOPE])[0])
    api = "https://" + location + "-aiplatform.googleapis.com/v1/"
    parent = "projects/" + project + "/locations/" + location
    name = parent + "/models/" + model["id"]
    found = session.get(api + name, timeout=60)
    if found.status_code != 404:
        found.raise_for_status()
    body = upload(model, name, found.status_code != 404)
    operation = read(session.post(api + parent + "/models:upload", json=body, timeout=60))
    while not operation.get("done"):
        time.sleep(10)
        operation = read(session.get(api + operation["name"], timeout=60))
    if "error" in operation:
        sys.exit(json.dumps(operation["error"]))
    print(json.dumps(operation["response"]))


main(*sys.argv[1:])
`.trimStart();
