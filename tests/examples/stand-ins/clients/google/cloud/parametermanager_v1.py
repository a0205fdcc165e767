"""Stands in for google-cloud-parametermanager."""

from types import SimpleNamespace

from recorder import note, value


class RenderParameterVersionRequest(SimpleNamespace):
    pass


class ParameterManagerClient:
    def __init__(self, client_options: dict[str, str]) -> None:
        self.endpoint = client_options["api_endpoint"]

    def render_parameter_version(self, request: RenderParameterVersionRequest) -> SimpleNamespace:
        note("parameter", reference=request.name, endpoint=self.endpoint)
        return SimpleNamespace(payload=SimpleNamespace(data=value(request.name).encode()))
