"""How soon the command answers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import SCRIPTS, Cost, cost_of, in_turn, inside
from benchmarks.projects import ENVIRON, write_project
from benchmarks.table import Table, seconds, times

_DEPLOYMENTS = 10


def measure() -> Table:
    """The smallest commands, and those for a small project, beside the peer's, and beside importing click."""
    with TemporaryDirectory() as folder:
        write_project(Path(folder), _DEPLOYMENTS)
        costs = in_turn(_cases(Path(folder)), rounds=15)
    table = Table("Start-up", ("command", "wall", "CPU", "memory", "vs `import click`", "Prefect takes"))
    click, peer = costs["python -c 'import click'"], costs["prefect --version"]
    for name, cost in costs.items():
        table.rows.append(
            (
                f"`{name}`",
                seconds(cost.wall),
                seconds(cost.cpu),
                f"{cost.memory:.0f} MiB",
                times(cost.cpu / click.cpu),
                times(peer.cpu / cost.cpu),
            )
        )
    table.notes.append(
        "Multiples are of CPU time. Target: `--version` and `--help` are ten times faster than Prefect and "
        f"take at most 2 × `import click`; `validate` and `plan` of {_DEPLOYMENTS} deployments take at most "
        "3 ×."
    )
    return table


def _cases(project: Path) -> Mapping[str, Callable[[], Cost]]:
    environ = {**ENVIRON, "SYNTASK_HOME": str(project / "home")}

    def ours(*words: str) -> Callable[[], Cost]:
        return lambda: cost_of([str(SCRIPTS / "syntask"), *words], environ=environ, cwd=project)

    return {
        "python -c pass": inside("pass"),
        "python -c 'import click'": inside("import click"),
        "syntask --version": ours("--version"),
        "syntask --help": ours("--help"),
        "syntask validate --no-flows": ours("validate", "--no-flows"),
        "syntask validate": ours("validate"),
        "syntask plan --all": ours("plan", "--all"),
        "prefect --version": lambda: cost_of([str(SCRIPTS / "prefect"), "--version"]),
    }


if __name__ == "__main__":
    sys.stdout.write(measure().markdown())
