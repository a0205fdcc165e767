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


def load(folder: Path | None) -> tuple[int, Model]:
    """How many epochs are done, and the model that they gave. What a machine was writing when it went is left out."""
    for checkpoint in sorted(folder.glob("epoch-*.json"), reverse=True) if folder else []:
        try:
            saved = json.loads(checkpoint.read_text())
        except ValueError:
            continue
        print(f"continuing after epoch {saved['epoch']}")
        return saved["epoch"], saved["model"]
    return 0, {"weights": [0.0, 0.0], "bias": 0.0}


def save(folder: Path | None, epoch: int, model: Model) -> None:
    """Writes a checkpoint of its own for each epoch: nothing is replaced, which some stores would refuse."""
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"epoch-{epoch:06}.json").write_text(json.dumps({"epoch": epoch, "model": model}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=10)
    epochs = parser.parse_args().epochs
    rows = rows_in(input_folder("features"))
    if not rows:
        raise SystemExit("there are no rows of features to train on")
    checkpoints = checkpoint_folder()
    done, model = load(checkpoints)
    for epoch in range(done + 1, epochs + 1):
        model = train_epoch(model, rows)
        save(checkpoints, epoch, model)
    (output_folder("model") / "model.json").write_text(json.dumps(model))
    print(f"trained on {len(rows)} rows, {epochs} epochs")


if __name__ == "__main__":
    main()
