"""Stands in for azure-appconfiguration."""

from types import SimpleNamespace

from azure.identity import ManagedIdentityCredential
from recorder import note, value


class AzureAppConfigurationClient:
    def __init__(self, base_url: str, credential: ManagedIdentityCredential) -> None:
        self.store, self.credential = base_url, credential

    def get_configuration_setting(self, key: str) -> SimpleNamespace:
        reference = f"{self.store}/kv/{key}"
        note("parameter", reference=reference, identity=self.credential.client_id)
        return SimpleNamespace(value=value(reference))
