"""What the guide from version 1 to version 2 shows of flow code, in runs of a worker."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from syntask_yaml.model.child_run import ChildRun
from syntask_yaml.model.run import Run, State, StateType
from tests.support.site import Site

CODE = Path(__file__).parent / "code"
COMPLETED = State(StateType.COMPLETED)


@dataclass(frozen=True)
class Case:
    """How a run of a flow in `guided.py` ends, lines of it in order, and its children as `task: state`."""

    lines: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    state: State = COMPLETED


CASES = {
    "named": Case(("2",)),
    "concurrent": Case(("[1, 2]",), ("load: Completed", "load: Completed")),
    "retried": Case((), ("shaky: Completed",)),
    "logged": Case(("from the flow", "from the task"), ("write_lines: Completed",)),
    "in_context": Case(("in-context {'x': 1}", "ask ask-"), ("ask: Completed",)),
    "cached": Case(
        ("compute 1", "compute 2", "[2, 4, 2]"),
        ("compute: Completed", "compute: Completed", "compute: Cached"),
    ),
    "decided_by_what_is_returned": Case((), ("fail: Failed",)),
    "failed_by_what_is_returned": Case((), ("load: Completed",), State(StateType.FAILED, "", "not enough")),
    "failed_by_a_task_that_is_returned": Case(
        (), ("load: Completed", "fail: Failed"), State(StateType.FAILED, "", "1/2 states failed.")
    ),
    "without_signals": Case(("Skipped", "went on after no"), ("skip: Skipped", "fail: Failed")),
    "plain_python": Case(("opened", "load 0", "load 1", "closed"), ("load: Completed", "load: Completed")),
    "parent": Case(("load 5", "6"), ("child: Completed", "load: Completed")),
    "functional": Case(("load 1", "load 2"), ("load: Completed", "load: Completed")),
}


@dataclass(frozen=True)
class Ended:
    """A run, what it wrote, and what it was made of."""

    run: Run
    lines: list[str]
    children: list[ChildRun]


@pytest.fixture(name="ended", scope="module")
def _ended(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ended]:
    """How each run ended, after one worker executed them all."""
    site = Site(tmp_path_factory.mktemp("guided"))
    shutil.copytree(CODE, site.code, dirs_exist_ok=True)
    site.deploy({name: {"entrypoint": f"guided.py:{name}"} for name in CASES})
    runs = {name: site.ask(name)[0] for name in CASES}
    site.work("--limit", "4")
    with site.backend() as backend:
        return {
            name: Ended(site.run(run), [line.message for line in backend.logs(run)], backend.children(run))
            for name, run in runs.items()
        }


@pytest.mark.parametrize("name", CASES)
def test_a_flow_of_the_guide_ends(name: str, ended: dict[str, Ended]) -> None:
    case, found = CASES[name], ended[name]
    state = found.run.state
    assert (state.type, state.name) == (case.state.type, case.state.name), found.lines
    assert case.state.message in (state.message or "")
    assert [line for line in found.lines if line in case.lines] == list(case.lines)
    children = sorted(f"{child.of}: {child.state.name}" for child in found.children)
    assert children == sorted(case.children)


def test_a_task_of_the_guide_is_tried_again(ended: dict[str, Ended]) -> None:
    (task,) = ended["retried"].children
    assert task.attempts == 3


def test_a_task_of_a_subflow_is_part_of_it(ended: dict[str, Ended]) -> None:
    subflow, task = sorted(ended["parent"].children, key=lambda child: child.kind)
    assert (subflow.kind, task.kind, task.parent) == ("flow", "task", subflow.id)
