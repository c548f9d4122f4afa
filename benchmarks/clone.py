"""What a clone costs: the step, beside git itself, and beside the peer's step."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import Cost, cost_of, in_turn
from benchmarks.table import Table, seconds, times

FILES, COMMITS = 2_000, 200
_CHANGED = 20  # files in a commit
_PLAIN = "`git clone --depth 1`"

_OURS = """
import os, sys
from pathlib import Path
from syntask_yaml.steps.base import StepContext
from syntask_yaml.steps.git.clone import git_clone
git_clone(StepContext(Path.cwd(), os.environ), repository=sys.argv[1], {inputs})
"""
_THEIRS = """
import sys
from prefect.deployments.steps.pull import git_clone
git_clone(sys.argv[1], {inputs})
"""


def measure() -> Table:
    """Each clones the same repository into an empty directory, in a process of its own."""
    with TemporaryDirectory(prefix="syntask-bench-") as name:
        root = Path(name)
        url = _repository(root / "origin")
        places = (root / f"place-{number}" for number in itertools.count())
        environ = {"PREFECT_HOME": str(root / "prefect"), "DO_NOT_TRACK": "1"}

        def python(code: str) -> Callable[[], Cost]:
            return lambda: _fresh([sys.executable, "-c", code, url], next(places), environ)

        def git(*options: str) -> Callable[[], Cost]:
            return lambda: _fresh(["git", "clone", "--quiet", *options, url, "x"], next(places), environ)

        kept = root / "kept"
        kept.mkdir()
        again = [sys.executable, "-c", _OURS.format(inputs=""), url]
        cost_of(again, cwd=kept)
        costs = in_turn(
            {
                _PLAIN: git("--depth=1"),
                "`git clone`": git(),
                "`git_clone`": python(_OURS.format(inputs="")),
                "`git_clone` of a branch": python(_OURS.format(inputs="branch='main'")),
                "`git_clone` of one directory": python(_OURS.format(inputs="directories=['package-1']")),
                "`git_clone` into an existing clone": lambda: cost_of(again, cwd=kept, environ=environ),
                "`python -c 'import syntask_yaml.steps.git.clone'`": python(
                    "import syntask_yaml.steps.git.clone"
                ),
                "Prefect's `git_clone`": python(_THEIRS.format(inputs="")),
                "Prefect's `git_clone` of a branch": python(_THEIRS.format(inputs="branch='main'")),
                "`python -c 'import prefect.deployments.steps.pull'`": python(
                    "import prefect.deployments.steps.pull"
                ),
            },
            rounds=5,
        )
    title = f"Clone a repository of {FILES:,} files and {COMMITS} commits"
    table = Table(title, ("command", "wall", "CPU", "memory", f"vs {_PLAIN}"))
    for name, cost in costs.items():
        table.rows.append(
            (
                name,
                seconds(cost.wall),
                seconds(cost.cpu),
                f"{cost.memory:.0f} MiB",
                times(cost.wall / costs[_PLAIN].wall),
            )
        )
    table.notes.append(
        "Cloned over `file://`, which sends a pack as a server does. Memory is that of the parent process."
    )
    return table


def _fresh(argv: list[str], place: Path, environ: dict[str, str]) -> Cost:
    place.mkdir()
    return cost_of(argv, cwd=place, environ=environ)


def _repository(path: Path) -> str:
    """A bare repository with a history; its URL."""
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(path)], check=True)
    stream = b"".join(_history())
    quiet = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}
    subprocess.run(["git", "fast-import", "--quiet"], cwd=path, input=stream, env=quiet, check=True)
    subprocess.run(["git", "gc", "--quiet"], cwd=path, env=quiet, check=True)
    return f"file://{path}"


def _history() -> Iterator[bytes]:
    """What `git fast-import` reads: all files at first, then some of them changed in each commit."""
    for commit in range(COMMITS):
        who = f"committer Bench <bench@example.com> {1_700_000_000 + commit} +0000\n"
        yield f"commit refs/heads/main\n{who}data 6\nchange\n".encode()
        changed = range(FILES) if commit == 0 else range(commit * _CHANGED, (commit + 1) * _CHANGED)
        for number in (each % FILES for each in changed):
            text = f"# {number} {commit}\n" + "value = 'some text of a file'\n" * 60
            name = f"package-{number % 40}/module_{number}.py"
            yield f"M 100644 inline {name}\ndata {len(text)}\n{text}\n".encode()


if __name__ == "__main__":
    sys.stdout.write(measure().markdown())
