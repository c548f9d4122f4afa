"""Task runs and subflow runs as Prefect's own client tells its server of them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from syntask_yaml.backend.prefect.backend import PrefectBackend
from syntask_yaml.model.child_run import ChildRun
from syntask_yaml.model.run import StateType
from tests.support.console import Console
from tests.support.prefect_server import PYTHON, PrefectServer
from tests.support.site import until

FLOWS = """\
from prefect import flow, get_run_logger, runtime, task

@task
def load_one(number):
    get_run_logger().info("loads %s", number)
    if number == 2:
        raise ValueError("no customer 2")
    return number

@task(name="add up")
def add(numbers):
    return sum(numbers)

@flow
def inner(numbers):
    return add(load_one.map(numbers))

@flow
def outer():
    print(runtime.flow_run.id)
    first = inner([0, 1])
    load_one.submit(first + 1).wait()

outer(return_state=True)
"""


def test_what_a_flow_of_prefect_was_made_of_is_read(sqlite: PrefectServer, tmp_path: Path) -> None:
    """Each of its parts once, below the subflow that it was in; commands show it."""
    (tmp_path / "flows.py").write_text(FLOWS, encoding="utf-8")
    done = subprocess.run(
        [PYTHON, "flows.py"],
        cwd=tmp_path,
        env=sqlite.client_environ,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    run = done.stdout.split()[-1]
    backend = PrefectBackend.open(sqlite.api, {})

    def all_ended() -> list[ChildRun] | None:
        """The server hears of task runs by events, some time after."""
        children = backend.children(run)
        is_over = len(children) == 5 and all(child.state.type.is_final for child in children)
        return children if is_over else None

    children = until(all_ended, seconds=120, every=0.5)
    (flow,) = [child for child in children if child.kind == "flow"]
    inside = [child for child in children if child.parent == flow.id]
    (failed,) = [child for child in children if child.parent is None and child != flow]
    assert (flow.of, flow.parent, flow.state.type) == ("inner", None, StateType.COMPLETED)
    assert sorted(child.of for child in inside) == ["add", "load_one", "load_one"]
    (add,) = [child for child in inside if child.of == "add"]
    assert set(add.upstream) == {child.id for child in inside} - {add.id}
    assert (failed.of, failed.state.type) == ("load_one", StateType.FAILED)
    assert "no customer 2" in failed.state.message

    console = Console(tmp_path, tmp_path / "home", {"PREFECT_API_URL": sqlite.api, "CI": "1"})
    bars = json.loads(console.run(f"syntask flow-run timeline {run} -o json").stdout)["bars"]
    assert [(bar["depth"], bar["kind"]) for bar in bars if bar["kind"] == "flow"] == [
        (0, "flow"),
        (1, "flow"),
    ]
    assert len(bars) == 6
    text = until(lambda: console.run(f"syntask -q flow-run logs {run} --task load_one").stdout, every=0.5)
    assert "loads" in text
    backend.close()
