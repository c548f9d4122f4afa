"""What changed since a commit in a large repository, beside importing it; and `diff` beside `validate`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

from benchmarks.measure import SCRIPTS, Cost, cost_of, in_turn
from benchmarks.table import Table, seconds, times

FLOWS = 350
PACKAGES, MODULES = 100, 99  # with the packages' own files and the flows, a good 10,000 files
_IMPORTS_OF_A_FLOW = 30
# A module of so many takes as long to compile as files of public repositories do on the mean: see _NOTE.
_FUNCTIONS = 22
_FUNCTION = '''

def helper_{number}(value: int) -> int:
    """Work out a value."""
    total = value
    for step in range({number}, {number} + 3):
        total += step
    return total
'''
_IDENTITY = {
    f"GIT_{role}_{part}": value
    for role in ("AUTHOR", "COMMITTER")
    for part, value in (("NAME", "Bench"), ("EMAIL", "bench@example.com"))
}
_WRITES, _KEEPS = {"PYTHONDONTWRITEBYTECODE": ""}, {"PYTHONDONTWRITEBYTECODE": "1"}

_LIGHT, _PEER = "import of the flows", "import of the same flows, which import Prefect"
_UNWRITTEN = "import of the flows, told not to write bytecode"
_SINCE = "`validate --no-flows --changed-since`, {} changed"
_ADDED = "what `--changed-since` adds to it"
_MOST, _FEW = (_SINCE.format(f"what {which} flows import") for which in ("most", "few"))
_NOTE = (
    "Target: `--changed-since` takes at most 1 s for 10,000 files and is at least 20 times as fast as "
    "importing them; `diff` takes at most twice as long as `validate`. A module has 180 lines, which take "
    "as long to compile as the mean of 3,833 files of 374 public repositories with flows, and imports no "
    "library; nothing of the repository is compiled yet, as in a fresh checkout. The flows import our "
    "`syntask`, which imports little, or Prefect, as those of a team with a Prefect server do. Python writes "
    "the bytecode of what it imports beside it, if it is not told otherwise."
)


def measure() -> Table:
    """Whole processes, on a repository in which a module was changed: what most flows import, or few."""
    table = Table("Changes of a repository", ("repository", "what", "CPU", "beside", "CPU", "ratio"))
    with tempfile.TemporaryDirectory() as folder:
        root, few, peer = (Path(folder) / name for name in ("repository", "few", "peer"))
        root.mkdir()
        files = _write(root)
        _change(root, few, peer)
        costs = in_turn(_cases(root, few, peer), rounds=3)
    compared = [
        (_MOST, costs["changed"].cpu, _LIGHT, costs["imported"].cpu),
        (_MOST, costs["changed"].cpu, _PEER, costs["peer"].cpu),
        (_MOST, costs["changed"].cpu, _UNWRITTEN, costs["unwritten"].cpu),
        (_ADDED, costs["changed"].cpu - costs["all"].cpu, _LIGHT, costs["imported"].cpu),
        (_FEW, costs["few"].cpu, _LIGHT, costs["imported"].cpu),
        (_FEW, costs["few"].cpu, _PEER, costs["peer"].cpu),
        (_FEW, costs["few"].cpu, _UNWRITTEN, costs["unwritten"].cpu),
        (_ADDED, costs["few"].cpu - costs["all"].cpu, _LIGHT, costs["imported"].cpu),
        ("`diff HEAD~1 HEAD`", costs["diff"].cpu, "`validate`", costs["validate"].cpu),
    ]
    about = f"{files:,} Python files, {FLOWS} flows"
    table.rows.extend(
        (about, what, seconds(one), beside, seconds(other), times(other / one))
        for what, one, beside, other in compared
    )
    table.notes.append(_NOTE)
    return table


def _change(root: Path, few: Path, peer: Path) -> None:
    """Change what most flows import in *root*, what few do in a copy, and what all do in another one."""
    for copy in (few, peer):
        _git(root, "worktree", "add", "--quiet", "--detach", str(copy))
    for file in (peer / "flows").iterdir():
        file.write_text(file.read_text("utf-8").replace("from syntask", "from prefect"), "utf-8")
    (few / _module(PACKAGES * MODULES - 1)).write_text("# changed\n", encoding="utf-8")
    (root / "syntask.yaml").write_text(_project("changed"), encoding="utf-8")
    (root / _module(3)).write_text("# changed\n", encoding="utf-8")
    _git(root, "commit", "--quiet", "--all", "--message=second")


def _cases(root: Path, few: Path, peer: Path) -> dict[str, Callable[[], Cost]]:
    return {
        "changed": lambda: _syntask(root, "validate", "--no-flows", "--changed-since", "HEAD~1"),
        "few": lambda: _syntask(few, "validate", "--no-flows", "--changed-since", "HEAD"),
        "all": lambda: _syntask(root, "validate", "--no-flows"),
        "imported": lambda: _import(root, _WRITES),
        "peer": lambda: _import(peer, _WRITES),
        "unwritten": lambda: _import(root, _KEEPS),
        "diff": lambda: _syntask(root, "diff", "HEAD~1", "HEAD"),
        "validate": lambda: _syntask(root, "validate"),
    }


def _syntask(root: Path, *arguments: str) -> Cost:
    return cost_of([str(SCRIPTS / "syntask"), "-q", *arguments], cwd=root)


def _import(root: Path, writing: Mapping[str, str]) -> Cost:
    """Import all flows of *root*, of which no file is compiled yet, as in a fresh checkout."""
    cost = cost_of([sys.executable, "import_all.py"], environ={**writing, "DO_NOT_TRACK": "1"}, cwd=root)
    for compiled in [*root.rglob("__pycache__")]:
        shutil.rmtree(compiled)
    return cost


def _module(number: int) -> str:
    return f"pkg{number // MODULES:03}/mod{number % MODULES:02}.py"


def _name(number: int) -> str:
    return _module(number).removesuffix(".py").replace("/", ".")


def _write(root: Path) -> int:
    """Write and commit the repository; the number of its Python files."""
    random = Random(1)
    body = "".join(_FUNCTION.format(number=number) for number in range(_FUNCTIONS))
    for package in range(PACKAGES):
        (root / f"pkg{package:03}").mkdir()
        (root / f"pkg{package:03}/__init__.py").touch()
    for number in range(PACKAGES * MODULES):
        used = random.sample(range(number), min(number, 4))
        imports = "".join(f"import {_name(each)}\n" for each in sorted(used))
        (root / _module(number)).write_text(f"import json\nimport os\n{imports}{body}", encoding="utf-8")
    (root / "flows").mkdir()
    for flow in range(FLOWS):
        used = random.sample(range(PACKAGES * MODULES), _IMPORTS_OF_A_FLOW)
        text = "".join(f"import {_name(each)}\n" for each in used)
        text += f"from syntask import flow\n\n\n@flow\ndef f{flow}(days: int = 1) -> None: ...\n"
        (root / f"flows/f{flow}.py").write_text(text, encoding="utf-8")
    imports = "".join(f"import flows.f{flow}\n" for flow in range(FLOWS))
    (root / "import_all.py").write_text(imports, encoding="utf-8")
    (root / ".gitignore").write_text("__pycache__/\n", encoding="utf-8")
    (root / "syntask.yaml").write_text(_project("first"), encoding="utf-8")
    _git(root, "init", "--quiet")
    _git(root, "add", "--all")
    _git(root, "commit", "--quiet", "--message=first")
    return sum(1 for _ in root.rglob("*.py"))


def _git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=root, env={**os.environ, **_IDENTITY}, check=True)


def _project(tag: str) -> str:
    entries = (
        f"  - {{name: d{flow}, entrypoint: 'flows/f{flow}.py:f{flow}', tags: [{tag}]}}\n"
        for flow in range(FLOWS)
    )
    return f"name: big\ndeployments:\n{''.join(entries)}"


if __name__ == "__main__":
    sys.stdout.write(measure().markdown())
