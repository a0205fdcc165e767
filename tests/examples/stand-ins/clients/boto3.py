"""Stands in for boto3: Secrets Manager, Parameter Store, CodeArtifact and the sign-in of RDS."""

from recorder import note, value


class _Client:
    def __init__(self, service: str, region: str) -> None:
        self.service, self.region = service, region

    def get_secret_value(self, SecretId: str) -> dict:
        assert self.service == "secretsmanager"
        note("secret", reference=SecretId, region=self.region)
        return {"SecretString": value(SecretId)}

    def get_parameter(self, Name: str, WithDecryption: bool) -> dict:
        assert self.service == "ssm" and WithDecryption
        note("parameter", reference=Name, region=self.region)
        return {"Parameter": {"Value": value(Name)}}

    def generate_db_auth_token(self, DBHostname: str, Port: int, DBUsername: str) -> str:
        assert self.service == "rds"
        note("token", host=DBHostname, port=Port, user=DBUsername, region=self.region)
        return value("token")

    def get_authorization_token(self, domain: str, domainOwner: str, durationSeconds: int) -> dict:
        assert self.service == "codeartifact" and durationSeconds == 900
        note("token", domain=domain, account=domainOwner, region=self.region)
        return {"authorizationToken": value("token")}


def client(service: str, region_name: str) -> _Client:
    return _Client(service, region_name)
