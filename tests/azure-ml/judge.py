"""Judges pipeline documents by Azure ML's own schemas, those of its public SDK.

Reads {"components": {name: spec}, "jobs": {name: definition}} and writes the problems of each by name. A component is
judged as the SDK judges a file; a job is read from the API's form, judged, and written again, and whatever the SDK did not
understand is missing then.
"""

import io
import json
import logging
import re
import sys

logging.disable(logging.WARNING)

from azure.ai.ml import load_component  # noqa: E402
from azure.ai.ml._restclient.arm_ml_service import models  # noqa: E402
from azure.ai.ml.entities import PipelineJob  # noqa: E402


def component_problems(spec):
    try:
        return list(load_component(source=io.StringIO(json.dumps(spec)))._validate().error_messages.values())
    except Exception as error:
        return [str(error)]


def job_problems(definition):
    try:
        job = PipelineJob._load_from_rest(models.JobBase({"properties": definition, "name": "run"}))
        written = job._to_rest_object().as_dict()["properties"]
        return [*job._validate().error_messages.values(), *lost(plain(definition), plain(written))]
    except Exception as error:
        return [str(error)]


def plain(value):
    """Without what is empty, with durations in minutes and ids of clusters by their name, as the SDK writes them."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items() if inner not in (None, {}, [])}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    duration = re.fullmatch(r"PT(?:(\d+)H)?(?:(\d+)M)?", value) if isinstance(value, str) else None
    if duration:
        hours, minutes = (int(part or 0) for part in duration.groups())
        return hours * 60 + minutes
    return re.sub(r"^/subscriptions/.*/computes/", "", value) if isinstance(value, str) else value


def lost(given, kept, path=""):
    """Paths at which what was kept differs from what was given."""
    if not isinstance(given, dict) or not isinstance(kept, dict):
        return [] if given == kept else [f"{path}: {given} became {kept}"]
    return [problem for key, value in given.items() for problem in lost(value, kept.get(key), f"{path}/{key}")]


documents = json.load(sys.stdin)
problems = {name: component_problems(spec) for name, spec in documents["components"].items()}
problems |= {name: job_problems(definition) for name, definition in documents["jobs"].items()}
json.dump(problems, sys.stdout)
