"""Stands in for google-auth's transport."""


class Request:
    pass
