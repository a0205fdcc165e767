"""What the stand-ins have in common: they answer from files that the test wrote, and note down what they were asked."""

import hashlib
import json
import os
from pathlib import Path


def note(call: str, **arguments: object) -> None:
    """Adds a call to the record. A password is noted as its hash, so that the record holds none."""
    if "password" in arguments:
        arguments["password"] = hashlib.sha256(str(arguments["password"]).encode()).hexdigest()
    with Path(os.environ["STAND_IN_RECORD"]).open("a") as record:
        record.write(json.dumps({"call": call, **arguments}) + "\n")


def value(reference: str) -> str:
    """What is kept under a reference; an error, as the clouds give it, when there is nothing."""
    return json.loads(Path(os.environ["STAND_IN_VALUES"]).read_text())[reference]
