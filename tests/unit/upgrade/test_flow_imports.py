"""Imports of flows of Prefect 1 in other files."""

from __future__ import annotations

import pytest

from syntask_yaml.upgrade.prefect1.convert import Prefect1Options
from syntask_yaml.upgrade.write import write_upgrade
from tests.support.upgrading import OldRepository

FLOW = 'from prefect import Flow\n\nwith Flow("Count stock") as flow:\n    pass\n'


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("run.py", "from flows.stock import flow\n", "from flows.stock import count_stock as flow\n"),
        ("flows/run.py", "from .stock import flow as f\n", "from .stock import count_stock as f\n"),
        (
            "flows/run.py",
            "from stock import (\n  flow,  # it\n)\n",
            "from stock import (\n  count_stock as flow,  # it\n)\n",
        ),
        ("run.py", "from other.stock import flow\n", "from other.stock import flow\n"),
        ("run.py", "from flows.stock import other\n", "from flows.stock import other\n"),
        ("run.py", "from flows.stock import flow\nprint 1\n", "from flows.stock import flow\nprint 1\n"),
    ],
)
def test_a_flow_is_imported_under_its_new_name(
    old: OldRepository, name: str, text: str, expected: str
) -> None:
    old.write("flows/stock.py", FLOW)
    path = old.write(name, text)
    write_upgrade(old.upgrade(prefect_1=Prefect1Options()))

    assert path.read_text(encoding="utf-8") == expected
    assert old.upgrade(prefect_1=Prefect1Options()).is_empty


def test_a_flow_that_imports_a_flow_gets_the_new_name_too(old: OldRepository) -> None:
    old.write("stock.py", FLOW)
    path = old.write("more.py", f"from stock import flow as other\n{FLOW}print(other)\n")
    write_upgrade(old.upgrade(prefect_1=Prefect1Options()))

    assert path.read_text(encoding="utf-8").startswith(
        "from stock import count_stock as other\nfrom prefect import flow\n"
    )


MAKER = (
    'from prefect import Flow\n\n\ndef build():\n    with Flow("f") as flow:\n        pass\n    return flow\n'
)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("from making import build\n\nbuild().run()\n", 1),
        ("from making import other\n", 0),
        ("from elsewhere import build\n", 0),
        ("from making import build\nprint 1\n", 0),
    ],
)
def test_who_imports_a_function_that_returns_a_flow_is_told(
    old: OldRepository, text: str, count: int
) -> None:
    """The file of the function is converted as a whole; what its callers do with a flow is in other files."""
    old.write("making.py", MAKER)
    old.write("run.py", text)
    upgrade = old.upgrade(prefect_1=Prefect1Options())
    told = [each for each in upgrade.problems if not each.is_note]

    assert [each.code for each in told] == ["p1-flow"] * count
    assert all(each.span is not None and each.span.source.name.endswith("run.py") for each in told)
    assert [each.todos for each in upgrade.flows] == [0]
