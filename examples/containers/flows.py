"""Flows of which each runs in a container of its own."""

import os
from pathlib import Path

from syntask import flow

# First and second version of cgroups.
LIMITS = ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory.max")


@flow(log_prints=True)
def convert(miles: list[float]) -> list[float]:
    """Convert distances.

    Args:
        miles: the distances
    """
    factor = 1.609344 if os.environ.get("UNITS") == "metric" else 1.0
    converted = [round(each * factor, 3) for each in miles]
    print(f"{miles} -> {converted}")
    return converted


@flow(log_prints=True)
def limits() -> None:
    """Say how much memory the container may use."""
    (limit,) = (Path(path).read_text().strip() for path in LIMITS if Path(path).exists())
    print(f"At most {int(limit) // 2**20} MiB")
