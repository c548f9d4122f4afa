"""Parameter schemas and flows read from source, beside the peer, which runs the files."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import in_turn, inside
from benchmarks.projects import FILES, FLOWS, write_project
from benchmarks.table import Table, seconds, times

_OURS = """
from pathlib import Path; from syntask_yaml.project.flows import FlowReader
reader = FlowReader(Path({root!r}))
for file in range({files}):
    for flow in range({flows}):
        reader.read(f"flows/file_{{file}}.py:flow_{{flow}}")
"""
_PEER = """
import sys; sys.path.insert(0, {root!r})
from prefect.flows import load_flow_from_entrypoint
from prefect.utilities.callables import parameter_schema
for file in range({files}):
    for flow in range({flows}):
        entrypoint = f"{root}/flows/file_{{file}}.py:flow_{{flow}}"
        parameter_schema(load_flow_from_entrypoint(entrypoint, use_placeholder_flow=False).fn)
"""
_SEARCH_OURS = """
from pathlib import Path
from syntask_yaml.project.flows.discover import discover
list(discover(Path({root!r})))
"""
_SEARCH_PEER = (
    "import asyncio; from prefect.cli._prompts import search_for_flow_functions;"
    "asyncio.run(search_for_flow_functions({root!r}))"
)
TREE = 10_000


def measure() -> Table:
    """Schemas of 350 flows in 50 files, and the search for flows in a tree of 10,000 files."""
    table = Table("Reading flows", ("task", "syntask", "memory", "Prefect", "memory", "ratio"))
    with tempfile.TemporaryDirectory() as folder:
        write_project(Path(folder), 1)
        for file in (Path(folder) / "flows").iterdir():
            file.write_text(file.read_text().replace("from syntask import", "from prefect import"))
        values = {"root": folder, "files": FILES, "flows": FLOWS}
        _add(
            table,
            f"schemas of {FILES * FLOWS} flows",
            _OURS.format(**values),
            _PEER.format(**values),
            rounds=3,
        )
    with tempfile.TemporaryDirectory() as folder:
        _write_tree(Path(folder))
        ours, peer = _SEARCH_OURS.format(root=folder), _SEARCH_PEER.format(root=folder)
        _add(table, f"flows in a tree of {TREE:,} files", ours, peer, rounds=1)
        table.notes.append(f"The search alone, in a warm process: {seconds(_search(Path(folder)))}.")
    table.notes.append("Target: a tree of 10,000 files in 0.6 s, 50 × faster than Prefect.")
    return table


def _add(table: Table, what: str, ours: str, peer: str, *, rounds: int) -> None:
    costs = in_turn({"ours": inside(ours), "peer": inside(peer)}, rounds=rounds)
    mine, other = costs["ours"], costs["peer"]
    table.rows.append(
        (
            what,
            seconds(mine.wall),
            f"{mine.memory:.0f} MiB",
            seconds(other.wall),
            f"{other.memory:.0f} MiB",
            times(other.wall / mine.wall),
        )
    )


def _search(root: Path) -> float:
    from syntask_yaml.project.flows.discover import discover

    began = time.perf_counter()
    list(discover(root))
    return time.perf_counter() - began


def _write_tree(root: Path) -> None:
    """Files as they are: most hold no flow, and some hundreds of lines."""
    plain = "".join(f"def function_{number}(value):\n    return value * {number}\n\n" for number in range(60))
    flow = 'from prefect import flow\n\n@flow\ndef load(source: str = "x"):\n    print(source)\n'
    for number in range(TREE):
        folder = root / f"package_{number % 100}"
        folder.mkdir(exist_ok=True)
        text = flow if number % 50 == 0 else plain
        (folder / f"module_{number}.py").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.stdout.write(measure().markdown())
