"""Flows of Prefect 1 and what becomes of them: the graph that Prefect 1.4 builds is what Prefect 3 calls."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.upgrade.prefect1.convert import Prefect1Options, convert_file
from syntask_yaml.upgrade.prefect1.flows import identifier
from tests.support.console import Console
from tests.support.prefect_1 import python_with_prefect_1
from tests.support.prefect_server import missing, sqlite_server

pytestmark = pytest.mark.real

_FILES = Path(__file__).parents[1] / "files"
_JUDGES = _FILES / "judges"
# Those that are converted as a whole.
_FLOWS = [
    _FILES / "prefect1" / f"{name}.py"
    for name in (
        "basic",
        "branches",
        "chained",
        "choices",
        "dependencies",
        "graph",
        "guards",
        "named",
        "options",
        "others",
        "skips",
        "slack",
        "submitted",
        "waited",
    )
]
# What is called for each item of a result, or under a condition, needs that result, and not its future.
_DIRECT = frozenset({"guards.py", "waited.py"})

Graphs = dict[str, dict[str, Any]]


@pytest.fixture(name="wanted", scope="module")
def _wanted() -> dict[str, Graphs]:
    """By file and flow, what Prefect 1 builds."""
    argv = [python_with_prefect_1(), str(_JUDGES / "prefect1_graph.py"), *map(str, _FLOWS)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Graphs] = json.loads(done.stdout)
    return found


def called(folder: Path, wanted: dict[str, Graphs], options: Prefect1Options) -> dict[str, Graphs]:
    """By file and flow, what the converted flows call with Prefect 3."""
    asked = {}
    for name, flows in wanted.items():
        converted = convert_file(name, Path(name).read_text(encoding="utf-8"), options)
        assert converted is not None
        assert converted.todos == 0
        path = folder / Path(name).name
        path.write_text(converted.text, encoding="utf-8")
        asked[str(path)] = {flow: graph["outputs"] for flow, graph in flows.items()}
    argv = [sys.executable, str(_JUDGES / "prefect3_graph.py")]
    done = subprocess.run(argv, input=json.dumps(asked), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {Path(path).name: graphs for path, graphs in json.loads(done.stdout).items()}


@pytest.mark.parametrize("options", [Prefect1Options(), Prefect1Options(submits=True)], ids=["", "submit"])
def test_the_graph_stays_the_same(
    tmp_path: Path, wanted: dict[str, Graphs], options: Prefect1Options
) -> None:
    wanted = {path: wanted[path] for path in wanted if not (options.submits and Path(path).name in _DIRECT)}
    found = called(tmp_path, wanted, options)

    for path, flows in wanted.items():
        for name, graph in flows.items():
            other = found[Path(path).name][name.replace("/", "-")]
            assert _parameters(graph) == other["parameters"], name
            if len(other["pairs"]) == 1:  # no conditions
                assert (_pairs(graph), graph["tasks"]) == (other["pairs"][0], other["tasks"][0]), name
            else:
                assert {tuple(pair) for pair in _pairs(graph)} == _joined(other["pairs"]), name
                assert set(graph["tasks"]) == {task for run in other["tasks"] for task in run}, name


@pytest.mark.skipif(bool(missing()), reason=missing() or "it is installed")
def test_the_example_is_converted_and_runs(tmp_path: Path) -> None:
    for name in ("work", "home"):
        (tmp_path / name).mkdir()
    with sqlite_server(tmp_path / "server") as server:
        env = {name: server.client_environ[name] for name in ("PREFECT_API_URL", "PREFECT_HOME")}
        console = Console(tmp_path / "work", tmp_path / "home", {**env, "SYNTASK_BACKEND": "embedded:x.db"})
        console.copy(_FILES.parents[1] / "examples" / "prefect1")
        for line in (
            "syntask upgrade --prefect1 --write --allow-dirty",
            "syntask validate --strict",
            "syntask deploy --all",
            "syntask deployment run count-stock -p lowest_stock=50",
            "syntask worker start --run-once --work-queue warehouse",
            "syntask upgrade --prefect1 --check",
        ):
            done = console.run(line)
            assert done.returncode == 0, f"{line}\n{done.stdout}"
        logs = console.run("syntask flow-run logs").stdout

    assert "13 items on 3 shelves" in logs
    assert "only 13 left" in logs


_KEPT = """\
from prefect import Flow, Task, task
from prefect.engine.results import LocalResult

seen = []


@task(result=LocalResult())
def count(start):
    seen.append(start)
    return len(seen)


class Named(Task):
    def __init__(self, title, **kwargs):
        self.title = title
        super().__init__(**kwargs)

    def run(self):
        seen.append(self.title)


with Flow("kept") as flow:
    count(1)
    count(1)
    Named("first", result=LocalResult())()
    Named("second", result=LocalResult())()

if __name__ == "__main__":
    flow.run()
    print(seen)
"""


@pytest.mark.skipif(bool(missing()), reason=missing() or "it is installed")
def test_a_kept_result_is_not_taken_for_that_of_another_call(tmp_path: Path) -> None:
    converted = convert_file("kept.py", _KEPT)
    assert converted is not None
    assert converted.todos == 0
    path = tmp_path / "kept.py"
    path.write_text(converted.text, encoding="utf-8")
    with sqlite_server(tmp_path / "server") as server:
        argv, env = [sys.executable, str(path)], server.client_environ
        done = subprocess.run(argv, env=env, capture_output=True, text=True, check=False, timeout=120)

    assert done.stdout == "[1, 1, 'first', 'second']\n", done.stderr


def _parameters(graph: dict[str, Any]) -> list[list[Any]]:
    return sorted([_identifier(name), required] for name, required in graph["parameters"])


def _pairs(graph: dict[str, Any]) -> list[list[str]]:
    """Each task with one that it depends on; parameters as their functions call them."""
    return sorted([task, _named(upstream)] for task, upstream in graph["pairs"])


def _named(upstream: str) -> str:
    kind, colon, name = upstream.partition("param:")
    return f"{kind}{colon}{_identifier(name)}" if colon else upstream


def _identifier(name: str) -> str:
    return name if name.isidentifier() else identifier(name)


def _joined(runs: list[list[list[str]]]) -> set[tuple[str, ...]]:
    return {tuple(pair) for run in runs for pair in run}
