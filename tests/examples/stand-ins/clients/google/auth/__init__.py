"""Stands in for google-auth."""

from recorder import note, value


class _Credentials:
    token = None

    def refresh(self, request: object) -> None:
        self.token = value("token")


def default(scopes: list[str]) -> tuple[_Credentials, str]:
    note("token", scopes=scopes)
    return _Credentials(), "example-project"
