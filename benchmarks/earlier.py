"""`validate`, `plan` and `deploy` of ours, beside an earlier commit of ours, the YAML loader and click."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from benchmarks.measure import SCRIPTS, Cost, cost_of, inside, median
from benchmarks.projects import ENVIRON, write_project
from benchmarks.table import Table, seconds, times
from benchmarks.validation import LOAD

EARLIER = "2e3b9d1"
SIZES = (10, 1_000, 10_000)
_ROOT = Path(__file__).resolve().parents[1]
# Each is run in a new store, in this order.
_COMMANDS = {
    "validate": ("validate",),
    "plan, new": ("plan", "--all"),
    "deploy, new": ("deploy", "--all"),
    "plan, unchanged": ("plan", "--all"),
    "deploy, unchanged": ("deploy", "--all"),
}


def measure() -> Table:
    """Whole processes, of both in turn, with what each takes as a multiple of the other."""
    table = Table(
        f"Beside commit {EARLIER}",
        ("deployments", "command", "now", "CPU", "memory", EARLIER, "CPU", "memory", "speed", "memory ratio"),
    )
    with _earlier() as scripts, tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            table.rows.extend(_rows(Path(folder) / str(size), size, scripts, table))
    table.notes.append(
        "Speed is that of CPU time: the earlier commit's as a multiple of ours. Target for 10,000: "
        "at least 3 × faster with at most 0.6 × of the memory; `validate` at most 0.35 × of `CSafeLoader`. "
        "Target for 10: at most 3 × `import click`."
    )
    return table


@contextmanager
def _earlier() -> Iterator[Path]:
    """An environment with the earlier commit, and the same releases of all else."""
    with tempfile.TemporaryDirectory() as folder:
        place, source = Path(folder) / "env", Path(folder) / "source"
        packed = subprocess.run(["git", "archive", EARLIER], cwd=_ROOT, check=True, stdout=subprocess.PIPE)
        with tarfile.open(fileobj=BytesIO(packed.stdout)) as archive:
            archive.extractall(source, filter="data")
        subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
        pip = [str(place / "bin/python"), "-m", "pip", "install", "--quiet"]
        constraints = str(_ROOT / "constraints.txt")
        subprocess.run([*pip, "--constraint", constraints, "pydantic", str(source)], check=True)
        yield place / "bin"


def _rows(folder: Path, size: int, earlier: Path, table: Table) -> Iterator[tuple[str, ...]]:
    file = write_project(folder, size)
    rounds = range(3 if size >= 1_000 else 7)
    base = inside(LOAD.format(path=str(file)) if size > 10 else "import click")
    runs: dict[tuple[str, str], list[Cost]] = {}
    bases = []
    for number in rounds:
        bases.append(base())
        for which, scripts in (("now", SCRIPTS), ("earlier", earlier)):
            environ = {**ENVIRON, "SYNTASK_HOME": str(folder / f"home-{which}-{number}")}
            for name, words in _COMMANDS.items():
                cost = cost_of([str(scripts / "syntask"), "-q", *words], environ=environ, cwd=folder)
                runs.setdefault((name, which), []).append(cost)
    for name in _COMMANDS:
        now, then = median(runs[name, "now"]), median(runs[name, "earlier"])
        yield (
            f"{size:,}",
            name,
            *(seconds(now.wall), seconds(now.cpu), f"{now.memory:.0f} MiB"),
            *(seconds(then.wall), seconds(then.cpu), f"{then.memory:.0f} MiB"),
            *(times(then.cpu / now.cpu), times(now.memory / then.memory)),
        )
    compared = {
        name: times(median(runs[name, "now"]).cpu / median(bases).cpu) for name in ("validate", "plan, new")
    }
    other = "CSafeLoader" if size > 10 else "import click"
    listed = ", ".join(f"{name} {ratio}" for name, ratio in compared.items())
    table.notes.append(
        f"{size:,} deployments beside `{other}` ({seconds(median(bases).cpu)} of CPU): {listed}."
    )


if __name__ == "__main__":
    sys.stdout.write(measure().markdown())
