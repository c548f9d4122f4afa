"""Task runs and subflow runs: which are meant, and which are shown of many."""

from __future__ import annotations

import pytest

from syntask_yaml.errors import NotFound
from syntask_yaml.model.run import State, StateType
from syntask_yaml.operations.children import counts, find_children, most_relevant
from tests.unit.operations.test_timeline import child, run

FAILED = State(StateType.FAILED)
CHILDREN = [
    child("load-0", 0, 1),
    child("load-1", 0, 1, state=FAILED),
    child("save-0", 0, 1)._replace(id="abc1"),
]


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [("load", ["load-0", "load-1"]), ("load-1", ["load-1"]), ("abc1", ["abc1"]), ("ab", ["abc1"])],
)
def test_a_task_is_known_by_its_name_and_a_run_of_it_by_name_or_id(wanted: str, ids: list[str]) -> None:
    assert [each.id for each in find_children(run(), CHILDREN, wanted)] == ids


@pytest.mark.parametrize("wanted", ["lo", "", "nothing"])
def test_what_there_is_not_is_told(wanted: str) -> None:
    """With what there is."""
    children = [child("load-0", 0, 1), child("save-0", 0, 1)] if wanted != "lo" else CHILDREN[2:]

    with pytest.raises(NotFound, match=f"no task run `{wanted}`") as caught:
        find_children(run(), children, wanted)
    assert "`save`" in caught.value.hint


def test_a_run_without_tasks_says_so() -> None:
    with pytest.raises(NotFound) as caught:
        find_children(run(), [], "load")
    assert "@task" in caught.value.hint


def test_what_failed_is_shown_before_what_completed() -> None:
    """In the order in which it began."""
    assert [each.id for each in most_relevant(CHILDREN, 2)] == ["load-0", "load-1"]
    assert [each.id for each in most_relevant(CHILDREN, 1)] == ["load-1"]
    assert counts(CHILDREN) == {"Completed": 2, "Failed": 1}
