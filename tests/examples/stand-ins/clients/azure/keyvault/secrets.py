"""Stands in for azure-keyvault-secrets."""

from types import SimpleNamespace

from azure.identity import ManagedIdentityCredential
from recorder import note, value


class SecretClient:
    def __init__(self, vault_url: str, credential: ManagedIdentityCredential) -> None:
        self.vault, self.credential = vault_url, credential

    def get_secret(self, name: str) -> SimpleNamespace:
        reference = f"{self.vault}/secrets/{name}"
        note("secret", reference=reference, identity=self.credential.client_id)
        return SimpleNamespace(value=value(reference))
