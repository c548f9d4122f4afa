"""`validate` of a project of many files and targets, beside one file of as many deployments."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.measure import SCRIPTS, cost_of, in_turn
from benchmarks.projects import write_project
from benchmarks.table import Table, seconds, times

FILES, DEPLOYMENTS, TARGETS = 40, 1_000, 3
_ROOT = """\
name: many
include: [teams/*/syntask.yaml]
defaults: {tags: [all], work_pool: {name: default}}
values: {bucket: {default: dev}}
targets:
  dev: {default: true, mode: development}
  test: {name_prefix: test-}
  prod: {values: {bucket: prod}, defaults: {work_pool: {name: k8s}}}
"""


def measure() -> Table:
    """Whole processes of `syntask validate`, which checks all targets."""
    table = Table(
        "Many files",
        ("files", "targets", "deployments of each", "`validate`", "memory", "beside one file"),
        notes=[
            "Target: at most 1.3 × of one file with as many deployments as all targets have together.",
            "`plan -t prod` of 1,000 unchanged deployments in 41 files with a declared work pool, which a "
            "worker serves, asked a Prefect server 3.8.8 8 times (target: 8): five pages of deployments, "
            "pools, automations and the ledgers. `tests/torture/test_monorepo.py` counts.",
        ],
    )
    with tempfile.TemporaryDirectory() as folder:
        one, many = Path(folder, "one"), Path(folder, "many")
        write_project(one, DEPLOYMENTS * TARGETS)
        _write_many(many)
        syntask = [str(SCRIPTS / "syntask"), "validate"]
        costs = in_turn(
            {
                "one": lambda: cost_of(syntask, cwd=one),
                "many": lambda: cost_of(syntask, cwd=many),
            },
            rounds=7,
        )
    for name, files, targets in (("one", 1, 1), ("many", FILES + 1, TARGETS)):
        cost = costs[name]
        table.rows.append(
            (
                str(files),
                str(targets),
                f"{DEPLOYMENTS * TARGETS // targets:,}",
                seconds(cost.wall),
                f"{cost.memory:.0f} MiB",
                times(cost.wall / costs["one"].wall),
            )
        )
    return table


def _write_many(root: Path) -> None:
    root.mkdir()
    (root / "syntask.yaml").write_text(_ROOT, encoding="utf-8")
    each = DEPLOYMENTS // FILES
    for number in range(FILES):
        file = write_project(root / f"teams/team{number}", each, first=number * each, files=2)
        text = file.read_text(encoding="utf-8").partition("\n")[2]  # the name is that of the whole project
        file.write_text(f"defaults: {{description: of a team}}\n{text}", encoding="utf-8")


if __name__ == "__main__":
    sys.stdout.write(measure().markdown())
