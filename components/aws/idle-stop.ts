/** The start script of notebook instances: it stops the instance when nobody has used it for a while. */

/**
 * A start script without secrets and without downloads, for networks without a way out. Once in five minutes it asks the
 * instance's own Jupyter server when kernels and terminals were last active, and stops the instance through SageMaker's
 * private endpoint. The instance's metadata says which instance it is.
 * @param minutes Minutes without activity after which the instance stops.
 */
export function idleStopScript(minutes: number): string {
  return `#!/bin/bash
set -e
install -d -m 755 /opt/idle-stop
cat > /opt/idle-stop/idle_stop.py <<'PYTHON'
import json, ssl, urllib.request
from datetime import datetime, timezone

import boto3

LIMIT = ${minutes} * 60
METADATA = "/opt/ml/metadata/resource-metadata.json"
LOCAL = ssl._create_unverified_context()  # the server's own certificate, on this machine only


def ask(kind):
    with urllib.request.urlopen("https://localhost:8443/api/" + kind, context=LOCAL, timeout=10) as answer:
        return json.load(answer)


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


with open(METADATA) as file:
    instance = json.load(file)
client = boto3.client("sagemaker", region_name=instance["ResourceArn"].split(":")[3])
kernels = ask("kernels")
used = [moment(entry["last_activity"]) for entry in kernels + ask("terminals")]
used.append(client.describe_notebook_instance(NotebookInstanceName=instance["ResourceName"])["LastModifiedTime"])
idle = (datetime.now(timezone.utc) - max(used)).total_seconds()
busy = any(entry["execution_state"] == "busy" for entry in kernels)
if not busy and idle > LIMIT:
    client.stop_notebook_instance(NotebookInstanceName=instance["ResourceName"])
PYTHON
for python in /usr/bin/python3 /home/ec2-user/anaconda3/bin/python; do
  if "$python" -c 'import boto3' 2>/dev/null; then break; fi
done
systemd-run --unit=idle-stop --on-active=5min --on-unit-active=5min "$python" /opt/idle-stop/idle_stop.py
`;
}

/** The script as SageMaker takes it. */
export function encodeScript(script: string): string {
  return Buffer.from(script, "utf8").toString("base64");
}
