"""Names and globs, and the nearest name for those that mean nothing."""

from __future__ import annotations

import pytest

from syntask_yaml.errors import NotFound
from syntask_yaml.project.select import Selectable, select

CANDIDATES = [
    (Selectable("nightly", ("load orders", "load_orders")), 1),
    (Selectable("nightly", ("report",)), 2),
    (Selectable("week[ly]", ("report",)), 3),
    (Selectable("a/b", ("report",)), 4),
]


@pytest.mark.parametrize(
    ("patterns", "found"),
    [
        (["nightly"], [1, 2]),
        (["night*"], [1, 2]),
        (["*"], [1, 2, 3, 4]),
        (["*/*"], [1, 2, 3, 4]),
        (["load orders/nightly"], [1]),
        (["load_orders/nightly"], [1]),
        (["load*/n?ghtly"], [1]),
        (["re*/night*"], [2]),
        (["week[ly]"], [3]),
        (["report/week[ly]"], [3]),
        (["week[[]ly]"], [3]),
        (["report/nightly", "nightly"], [1, 2]),
        (["week*", "load*/nightly"], [1, 3]),
        ([], []),
    ],
)
def test_what_patterns_mean(patterns: list[str], found: list[int]) -> None:
    """Each once, in the order of the file."""
    assert select(CANDIDATES, patterns) == found


@pytest.mark.parametrize(
    ("pattern", "hint"),
    [
        ("nighly", "Did you mean `nightly`?"),
        ("NIGHTLY", "Did you mean `nightly`?"),
        ("report/nighly", "Did you mean `report/nightly`?"),
        ("reprot/nightly", "Did you mean `report/nightly`?"),
        ("something else", "Available deployments: `load orders/nightly`, `report/nightly`"),
        ("zz*", "Available deployments: `load orders/nightly`"),
    ],
)
def test_a_name_that_means_nothing(pattern: str, hint: str) -> None:
    """Nothing is selected, though others would match."""
    with pytest.raises(NotFound) as caught:
        select(CANDIDATES, ["nightly", pattern])

    assert f"`{pattern}`" in caught.value.detail
    assert "`nightly`" not in caught.value.detail
    assert hint in caught.value.hint


def test_a_project_without_deployments() -> None:
    with pytest.raises(NotFound) as caught:
        select([], ["a", "b"])

    assert "`a`, `b`" in caught.value.detail
    assert caught.value.hint == "There are no deployments."
