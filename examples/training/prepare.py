"""Joins each day's transactions with what the warehouse knows of the customer, and writes the features."""

from __future__ import annotations

import csv
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg

from ml_step import database, input_folder, output_folder, read_parameter, read_secret

COLUMNS = ["amount", "average_amount", "fraud"]


def transactions(folder: Path) -> Iterator[dict[str, str]]:
    """The rows of every CSV file in a folder: id, customer, amount, fraud."""
    for file in sorted(folder.glob("*.csv")):
        with file.open(newline="") as rows:
            yield from csv.DictReader(rows)


def is_sampled(transaction: str, rate: float) -> bool:
    """Whether a transaction is in the sample: the same ones in every run."""
    digest = hashlib.sha256(transaction.encode()).digest()
    return int.from_bytes(digest[:4]) < rate * 2**32


def average_amounts() -> dict[str, float]:
    """What each customer spends on average. TLS is demanded, and the server's certificate and name are checked."""
    place = database("warehouse")
    with psycopg.connect(
        host=place.host,
        port=place.port,
        dbname=os.environ["WAREHOUSE_DATABASE"],
        user=os.environ["WAREHOUSE_USER"],
        password=read_secret("warehouse-password"),
        sslmode="verify-full",
        connect_timeout=10,
    ) as connection:
        rows = connection.execute("SELECT customer, average_amount FROM customers").fetchall()
    return {customer: float(amount) for customer, amount in rows}


def main() -> None:
    rate = float(read_parameter("sample-rate"))
    averages = average_amounts()
    written = 0
    with (output_folder("features") / "features.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for row in transactions(input_folder("raw")):
            if row["customer"] not in averages or not is_sampled(row["id"], rate):
                continue
            average = averages[row["customer"]]
            writer.writerow({"amount": row["amount"], "average_amount": average, "fraud": row["fraud"]})
            written += 1
    print(f"{written} rows of features")


if __name__ == "__main__":
    main()
