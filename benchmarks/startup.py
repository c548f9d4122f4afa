"""How soon the command answers."""

from __future__ import annotations

import sys

from benchmarks.measure import SCRIPTS, cost_of, in_turn, inside
from benchmarks.table import Table, seconds, times


def measure() -> Table:
    """`--version` and `--help`, beside the peer's, and beside importing click."""
    syntask, prefect = str(SCRIPTS / "syntask"), str(SCRIPTS / "prefect")
    costs = in_turn(
        {
            "python -c pass": inside("pass"),
            "python -c 'import click'": inside("import click"),
            "syntask --version": lambda: cost_of([syntask, "--version"]),
            "syntask --help": lambda: cost_of([syntask, "--help"]),
            "prefect --version": lambda: cost_of([prefect, "--version"]),
        },
        rounds=9,
    )
    table = Table("Start-up", ("command", "wall", "CPU", "memory", "vs `import click`", "Prefect takes"))
    click, peer = costs["python -c 'import click'"], costs["prefect --version"]
    for name, cost in costs.items():
        table.rows.append(
            (
                f"`{name}`",
                seconds(cost.wall),
                seconds(cost.cpu),
                f"{cost.memory:.0f} MiB",
                times(cost.wall / click.wall),
                times(peer.wall / cost.wall),
            )
        )
    table.notes.append(
        "Target: `--version` and `--help` are ten times faster than Prefect and take at most 2 × "
        "`import click`."
    )
    return table


if __name__ == "__main__":
    sys.stdout.write(measure().markdown())
