"""Stands in for azure-identity."""

from types import SimpleNamespace

from recorder import note, value


class ManagedIdentityCredential:
    def __init__(self, client_id: str) -> None:
        self.client_id = client_id

    def get_token(self, scope: str) -> SimpleNamespace:
        note("token", scope=scope, identity=self.client_id)
        return SimpleNamespace(token=value("token"))
