"""Trains a logistic regression on the features. It needs no secret, no network and no library."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from ml_step import checkpoint_folder, input_folder, output_folder
from model import Model, Row, predict, rows_in

RATE = 0.5


def train_epoch(model: Model, rows: list[Row]) -> Model:
    """One pass over the rows, one small correction for each."""
    weights, bias = list(model["weights"]), model["bias"]
    for features, label in rows:
        error = predict({"weights": weights, "bias": bias}, features) - label
        weights = [weight - RATE * error * feature for weight, feature in zip(weights, features)]
        bias -= RATE * error
    return {"weights": weights, "bias": bias}


def load(checkpoint: Path | None) -> tuple[int, Model]:
    """How many epochs are done, and the model that they gave."""
    if checkpoint is None or not checkpoint.exists():
        return 0, {"weights": [0.0, 0.0], "bias": 0.0}
    saved = json.loads(checkpoint.read_text())
    print(f"continuing after epoch {saved['epoch']}")
    return saved["epoch"], saved["model"]


def save(checkpoint: Path | None, epoch: int, model: Model) -> None:
    """Writes beside the checkpoint and renames, so that a machine that is taken away leaves no half of one."""
    if checkpoint is None:
        return
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    unfinished = checkpoint.with_suffix(".unfinished")
    unfinished.write_text(json.dumps({"epoch": epoch, "model": model}))
    unfinished.replace(checkpoint)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=10)
    epochs = parser.parse_args().epochs
    rows = rows_in(input_folder("features"))
    if not rows:
        raise SystemExit("there are no rows of features to train on")
    folder = checkpoint_folder()
    checkpoint = folder / "checkpoint.json" if folder else None
    done, model = load(checkpoint)
    for epoch in range(done + 1, epochs + 1):
        model = train_epoch(model, rows)
        save(checkpoint, epoch, model)
    (output_folder("model") / "model.json").write_text(json.dumps(model))
    print(f"trained on {len(rows)} rows, {epochs} epochs")


if __name__ == "__main__":
    main()
