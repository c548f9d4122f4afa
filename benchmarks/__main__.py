"""Measure, print the tables, and put them into `README.md`: `python -m benchmarks [NAME…]`.

Without names everything is measured. Sections of the page that were not measured stay as they are.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.machine import description
from benchmarks.measure import compile_packages
from benchmarks.page import with_tables
from benchmarks.table import Table

MODULES = (
    "startup",
    "validation",
    "workspaces",
    "changes",
    "schemas",
    "embedded_deploy",
    "earlier",
    "history",
    "pages",
    "embedded_worker",
    "container_runs",
    "flow_code",
    "prefect_deploy",
    "builds",
    "clone",
    "upgrade",
)
_PAGE = Path(__file__).with_name("README.md")


def main(names: Sequence[str]) -> int:
    unknown = [name for name in names if name not in MODULES]
    if unknown:
        sys.stderr.write(f"unknown: {', '.join(unknown)}; there are {', '.join(MODULES)}\n")
        return 64
    compile_packages()
    if len(names) == 1:
        _measure(names[0])
        return 0
    for name in names or MODULES:
        # The memory of a new process counts that of the one that started it: no benchmark inherits another's.
        subprocess.run([sys.executable, "-m", "benchmarks", name], check=True)
    return 0


def _measure(name: str) -> None:
    sys.stderr.write(f"{name} …\n")
    table: Table = importlib.import_module(f"benchmarks.{name}").measure()
    print(table.markdown(), flush=True)
    before = _PAGE.read_text(encoding="utf-8") if _PAGE.exists() else ""
    _PAGE.write_text(with_tables(before, [table], machine=description()), encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
