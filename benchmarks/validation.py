"""`validate`, beside what a bare YAML loader takes for the same file."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.measure import SCRIPTS, cost_of, in_turn, inside
from benchmarks.projects import write_project
from benchmarks.table import Table, seconds, times

SIZES = (100, 1_000, 10_000, 100_000)
LOAD = "import yaml; from yaml.cyaml import CSafeLoader; yaml.load(open({path!r}), CSafeLoader)"


def measure() -> Table:
    """Whole processes: `syntask validate` with the flows, without them, and the loader alone."""
    table = Table(
        "Validate",
        (
            "deployments",
            "file",
            "`CSafeLoader` only",
            "`validate`",
            "memory",
            "`validate --no-flows`",
            "ratio",
        ),
    )
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            table.rows.append(_row(Path(folder), size))
    table.notes.append(
        "Target: for 10,000 deployments, `validate` takes no longer than the loader; its time grows linearly."
    )
    return table


def _row(folder: Path, size: int) -> tuple[str, ...]:
    file = write_project(folder, size)
    syntask = str(SCRIPTS / "syntask")
    costs = in_turn(
        {
            "load": inside(LOAD.format(path=str(file))),
            "validate": lambda: cost_of([syntask, "validate"], cwd=folder),
            "alone": lambda: cost_of([syntask, "validate", "--no-flows"], cwd=folder),
        },
        rounds=3 if size >= 10_000 else 7,
    )
    load, validate, alone = costs["load"], costs["validate"], costs["alone"]
    return (
        f"{size:,}",
        f"{file.stat().st_size / 1e6:.2f} MB",
        seconds(load.wall),
        seconds(validate.wall),
        f"{validate.memory:.0f} MiB",
        seconds(alone.wall),
        times(validate.wall / load.wall),
    )


if __name__ == "__main__":
    sys.stdout.write(measure().markdown())
