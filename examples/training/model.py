"""The model: a logistic regression of two features. Training and evaluation read and use it in the same way."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import TypedDict

Row = tuple[list[float], int]
"""Features and label: 1 for fraud."""


class Model(TypedDict):
    """What training writes."""

    weights: list[float]
    bias: float


def row_of(line: dict[str, str]) -> Row:
    """A labelled row, its amounts as multiples of what the customer spends on average."""
    average = float(line["average_amount"])
    amount = float(line["amount"])
    return [min(amount / average, 10.0) / 10, min(amount / 1000, 10.0) / 10], int(line["fraud"])


def rows_in(folder: Path) -> list[Row]:
    """The labelled rows of every CSV file in a folder."""
    rows: list[Row] = []
    for file in sorted(folder.glob("*.csv")):
        with file.open(newline="") as lines:
            rows += [row_of(line) for line in csv.DictReader(lines)]
    return rows


def predict(model: Model, features: list[float]) -> float:
    """How likely fraud is, from 0 to 1."""
    score = model["bias"] + sum(weight * feature for weight, feature in zip(model["weights"], features))
    return 1 / (1 + math.exp(-score))
