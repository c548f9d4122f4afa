"""Names that one page has room for, whatever else has their flows and names."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syntask_yaml.backend.prefect import names_by_page
from syntask_yaml.backend.prefect.names_by_page import NamesByPage
from syntask_yaml.backend.prefect.pages import PAGE

PAGES = st.integers(1, 9)
THREE = ("dev", "prod", "staging")


@pytest.mark.parametrize(
    ("names", "sizes"),
    [
        ([], []),
        (["load/a"], [1]),
        ([f"load/d{number}" for number in range(1000)], [PAGE] * 5),
        ([f"flow-{number % 7}/d{number}" for number in range(1000)], [PAGE] * 5),
        ([f"flow-{number}/d" for number in range(1000)], [PAGE] * 5),
        # Of a flow that began on a page, all three are found there.
        ([f"flow-{number:03}/{name}" for number in range(100) for name in THREE], [198, 102]),
    ],
)
def test_a_part_is_a_page(names: list[str], sizes: list[int]) -> None:
    assert [len(part) for part in NamesByPage(names)] == sizes


@settings(max_examples=200, deadline=None)
@given(
    names=st.sets(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("stuvwxyz"))), page=st.integers(1, 9)
)
def test_each_name_is_in_one_part_and_fits_on_its_page(names: set[tuple[str, str]], page: int) -> None:
    """With all of the others that a server finds along with it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(names_by_page, "PAGE", page)
        found = list(NamesByPage(f"{flow}/{name}" for flow, name in names))

    assert sorted(pair for part in found for pair in part) == sorted(names)
    for part in found:
        flows, own = {flow for flow, _ in part}, {name for _, name in part}
        assert sum(flow in flows and name in own for flow, name in names) <= page
