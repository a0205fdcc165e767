"""Stands in for google-cloud-parametermanager."""

from types import SimpleNamespace

from recorder import note, value


class ParameterManagerClient:
    def __init__(self, client_options: dict[str, str]) -> None:
        self.endpoint = client_options["api_endpoint"]

    def render_parameter_version(self, name: str) -> SimpleNamespace:
        note("parameter", reference=name, endpoint=self.endpoint)
        return SimpleNamespace(payload=SimpleNamespace(data=value(name).encode()))
