"""What the code of a step finds: the same names on SageMaker, Vertex AI and Azure ML.

The environment holds folders and references, never the value of a secret. A cloud's client library is imported where
it is needed: an image has that of its own cloud only, and a step that reads folders needs none.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Database:
    """Where a database is. `user` is set where the step signs in as itself, without a password from a secret."""

    host: str
    port: int
    user: str | None


def input_folder(name: str) -> Path:
    """The folder of an input of this step."""
    return Path(_variable("INPUT", name))


def output_folder(name: str) -> Path:
    """The folder of an output of this step. It is made when it does not exist."""
    folder = Path(_variable("OUTPUT", name))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def checkpoint_folder() -> Path | None:
    """A folder that outlives the machine, for training on spare machines (`spot: true`); otherwise None."""
    folder = os.environ.get("ML_CHECKPOINTS")
    return Path(folder) if folder else None


def read_secret(name: str) -> str:
    """The newest value of a secret that this step names. Keep it in a variable: do not print, log or write it."""
    reference = _variable("SECRET", name)
    match _cloud():
        case "aws":
            return _aws_client("secretsmanager").get_secret_value(SecretId=reference)["SecretString"]
        case "gcp":
            from google.cloud import secretmanager

            client = secretmanager.SecretManagerServiceClient(client_options=_regional("secretmanager", reference))
            return client.access_secret_version(name=reference).payload.data.decode()
        case _:
            from azure.keyvault.secrets import SecretClient

            vault, secret = reference.split("/secrets/")
            return SecretClient(vault_url=vault, credential=_azure_identity()).get_secret(secret).value


def read_parameter(name: str) -> str:
    """The value of a parameter that this step names."""
    reference = _variable("PARAMETER", name)
    match _cloud():
        case "aws":
            return _aws_client("ssm").get_parameter(Name=reference, WithDecryption=True)["Parameter"]["Value"]
        case "gcp":
            from google.cloud import parametermanager_v1

            options = _regional("parametermanager", reference)
            client = parametermanager_v1.ParameterManagerClient(client_options=options)
            return client.render_parameter_version(name=reference).payload.data.decode()
        case _:
            from azure.appconfiguration import AzureAppConfigurationClient

            store, key = reference.split("/kv/")
            client = AzureAppConfigurationClient(base_url=store, credential=_azure_identity())
            return client.get_configuration_setting(key=key).value


def database(name: str) -> Database:
    """The place of a database that this step names."""
    variable = _variable("DATABASE", name)
    host, port = variable.rsplit(":", 1)
    return Database(host, int(port), os.environ.get(f"{_key('DATABASE', name)}_USER"))


def database_password(name: str) -> str:
    """A password that is good for some minutes, for a database that this step signs in to as itself."""
    place = database(name)
    if place.user is None:
        raise LookupError(f'database "{name}" has no sign-in by identity; read its password with read_secret')
    match _cloud():
        case "aws":
            return _aws_client("rds").generate_db_auth_token(
                DBHostname=place.host, Port=place.port, DBUsername=place.user
            )
        case "gcp":
            # The narrowest scope that Cloud SQL takes as a password.
            return _google_token("https://www.googleapis.com/auth/sqlservice.login")
        case _:
            return _azure_identity().get_token("https://ossrdbms-aad.database.windows.net/.default").token


def install_packages(requirements: Path) -> None:
    """Installs a requirements file with hashes from where the workspace has packages (`packages: true`)."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "--requirement", str(requirements)]
    # In the environment, and not in the command, which every list of processes shows.
    subprocess.run(command, env={**os.environ, **_package_index()}, check=True)


def _package_index() -> dict[str, str]:
    """The mirror's address with a token that is good for some minutes; empty where packages come from PyPI itself."""
    index = os.environ.get("ML_PACKAGE_INDEX")
    if index is None:
        return {}
    place = index.removeprefix("https://")
    if _cloud() == "aws":
        # The host is <domain>-<account>.d.codeartifact.<region>.amazonaws.com.
        domain, account = place.split(".")[0].rsplit("-", 1)
        answer = _aws_client("codeartifact").get_authorization_token(
            domain=domain, domainOwner=account, durationSeconds=900
        )
        return {"PIP_INDEX_URL": f"https://aws:{answer['authorizationToken']}@{place}"}
    token = _google_token("https://www.googleapis.com/auth/cloud-platform")
    return {"PIP_INDEX_URL": f"https://oauth2accesstoken:{token}@{place}"}


def _cloud() -> str:
    cloud = os.environ.get("ML_CLOUD", "")
    if cloud not in ("aws", "gcp", "azure"):
        raise LookupError(f'ML_CLOUD is "{cloud}"; it is aws, gcp or azure in every step')
    return cloud


def _key(kind: str, name: str) -> str:
    return f"ML_{kind}_{name.upper().replace('-', '_')}"


def _variable(kind: str, name: str) -> str:
    key = _key(kind, name)
    if key not in os.environ:
        raise LookupError(f'{key} is not set: this step does not name "{name}" in the stack file')
    return os.environ[key]


def _aws_client(service: str) -> Any:
    """A client of the region that the job runs in, whose private endpoint has the service's own name."""
    import boto3

    return boto3.client(service, region_name=os.environ.get("AWS_REGION"))


def _regional(service: str, reference: str) -> dict[str, str]:
    """Options for the regional endpoint: a regional secret cannot be read at the global one."""
    location = reference.split("/")[3]
    return {"api_endpoint": f"{service}.{location}.rep.googleapis.com"}


def _google_token(scope: str) -> str:
    """An access token of the step's service account."""
    import google.auth
    from google.auth.transport.requests import Request

    credentials, _ = google.auth.default(scopes=[scope])
    credentials.refresh(Request())
    return credentials.token


def _azure_identity() -> Any:
    """The identity of the step. Azure ML names its client id, because a machine can have several."""
    from azure.identity import ManagedIdentityCredential

    return ManagedIdentityCredential(client_id=os.environ.get("DEFAULT_IDENTITY_CLIENT_ID"))
