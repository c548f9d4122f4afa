"""Loads orders from a file, in batches."""

import csv
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from syntask import flow


@flow(retries=2, retry_delay_seconds=1, timeout_seconds=600)
def load_orders(source: str, batch_size: int = 500, full: bool = False) -> int:
    """Load the orders of a source.

    Args:
        source: the CSV file to read
        batch_size: how many orders to take at a time
        full: whether orders that were loaded before are loaded again
    """
    print(f"stage {os.environ.get('STAGE', '?')}: loading {source}{' in full' if full else ''}")
    path = Path(source)
    total = 0
    if path.exists():
        with path.open(newline="") as file:
            total = sum(load(batch) for batch in batches(csv.DictReader(file), batch_size))
    print(f"{total} orders loaded")
    return total


def batches(rows: Iterator[dict[str, str]], size: int) -> Iterator[list[dict[str, str]]]:
    """The rows, *size* at a time."""
    while batch := list(islice(rows, size)):
        yield batch


def load(batch: list[dict[str, str]]) -> int:
    """Pretend to write a batch; how many rows it had."""
    return len(batch)
