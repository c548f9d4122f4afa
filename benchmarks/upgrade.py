"""An upgrade from Prefect 1 of a repository of 1,000 Python files, beside parsing them."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.measure import SCRIPTS, Cost, cost_of, in_turn
from benchmarks.table import Table, seconds, times

FILES = 1_000
_EXAMPLE = Path(__file__).parents[1] / "examples/prefect1/flows/stock.py"
_FUNCTION = '''

def convert_{number}(rows: list[dict[str, str]], *, limit: int = {number}) -> list[dict[str, str]]:
    """Return the first rows, with a number each."""
    found = []
    for number, row in enumerate(rows[:limit]):
        found.append({{**row, "number": str(number)}})
    return found
'''
_PARSE = """
import ast, pathlib
for path in pathlib.Path().rglob("*.py"):
    ast.parse(path.read_bytes())
"""


def measure() -> Table:
    """Whole processes that write nothing, with one file in ten a flow and with all of them."""
    table = Table(
        "Upgrade from Prefect 1",
        ("Python files", "of them flows", "`upgrade --prefect1`", "parsing", "ratio"),
    )
    for flows in (FILES // 10, FILES):
        one, other = (cost.cpu for cost in _costs(flows))
        table.rows.append((f"{FILES:,}", f"{flows:,}", seconds(one), seconds(other), times(one / other)))
    table.notes.append("CPU of the whole command, without `--write`. Target: 1,000 Python files in 3 s.")
    return table


def _costs(flows: int) -> tuple[Cost, Cost]:
    """What the upgrade of a repository with so many *flows* takes, and what parsing its files does."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        _write(root, flows)
        costs = in_turn({"upgrade": lambda: _upgrade(root), "parsing": lambda: _parse(root)}, rounds=3)
    return costs["upgrade"], costs["parsing"]


def _upgrade(root: Path) -> Cost:
    return cost_of([str(SCRIPTS / "syntask"), "upgrade", "--prefect1", "--no-diff"], cwd=root)


def _parse(root: Path) -> Cost:
    return cost_of([sys.executable, "-c", _PARSE], cwd=root)


def _write(root: Path, flows: int) -> None:
    flow = _EXAMPLE.read_text(encoding="utf-8")
    module = "import json\nimport os\n" + "".join(_FUNCTION.format(number=number) for number in range(10))
    for number in range(FILES):
        path = root / f"package{number % 30}" / f"module{number}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(flow if number < flows else module, encoding="utf-8")


if __name__ == "__main__":
    sys.stdout.write(measure().markdown())
