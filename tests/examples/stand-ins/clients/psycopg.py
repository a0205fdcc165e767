"""Stands in for psycopg, and for a database of customers."""

from recorder import note, value


class OperationalError(Exception):
    pass


class _Connection:
    def __enter__(self) -> "_Connection":
        return self

    def __exit__(self, *_: object) -> None:
        note("close")

    def execute(self, query: str) -> "_Connection":
        note("query", query=query)
        return self

    def fetchall(self) -> list[tuple]:
        return [("anna", 100), ("bert", 200)]


def connect(**arguments: object) -> _Connection:
    note("connect", **arguments)
    if arguments["password"] != value("accepted"):
        raise OperationalError(f'password authentication failed for user "{arguments["user"]}"')
    return _Connection()
