"""Reads pipeline specs with the reader of the kfp package: {name: spec} on standard input, {name: problem} on standard output."""

import json
import sys

# First, since the package's modules import each other in a circle.
from kfp.dsl import component_factory  # noqa: F401
from kfp.components.load_yaml_utilities import load_component_from_text


def problem(spec):
    try:
        read = load_component_from_text(json.dumps(spec)).pipeline_spec
        return None if read.root.dag.tasks else "has no tasks"
    except Exception as error:
        return str(error)


specs = json.load(sys.stdin)
problems = {name: problem(spec) for name, spec in specs.items()}
json.dump({name: text for name, text in problems.items() if text}, sys.stdout)
