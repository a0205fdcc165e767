"""Measures the model on transactions that it has not seen. Below the limit the step fails, and nothing is registered."""

from __future__ import annotations

import json
import os

from ml_step import input_folder, output_folder
from model import Model, Row, predict, rows_in


def accuracy(model: Model, rows: list[Row]) -> float:
    """The share of rows that the model judges rightly."""
    right = sum((predict(model, features) >= 0.5) == bool(label) for features, label in rows)
    return right / len(rows)


def main() -> None:
    limit = float(os.environ.get("MIN_ACCURACY", "0.9"))
    model = json.loads((input_folder("model") / "model.json").read_text())
    rows = rows_in(input_folder("holdout"))
    if not rows:
        raise SystemExit("there are no rows to evaluate the model on")
    measured = accuracy(model, rows)
    report = {"accuracy": measured, "limit": limit, "rows": len(rows)}
    (output_folder("report") / "report.json").write_text(json.dumps(report))
    print(f"accuracy {measured:.3f} on {len(rows)} rows")
    if measured < limit:
        raise SystemExit(f"accuracy {measured:.3f} is below the limit {limit}")


if __name__ == "__main__":
    main()
