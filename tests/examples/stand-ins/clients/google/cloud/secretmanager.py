"""Stands in for google-cloud-secret-manager."""

from types import SimpleNamespace

from recorder import note, value


class SecretManagerServiceClient:
    def __init__(self, client_options: dict[str, str]) -> None:
        self.endpoint = client_options["api_endpoint"]

    def access_secret_version(self, name: str) -> SimpleNamespace:
        note("secret", reference=name, endpoint=self.endpoint)
        return SimpleNamespace(payload=SimpleNamespace(data=value(name).encode()))
