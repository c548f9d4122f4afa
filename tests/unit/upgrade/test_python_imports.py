"""Imports of Python texts after their code was changed."""

from __future__ import annotations

import pytest

from syntask_yaml.upgrade.python_imports import WantedImport, rewrite_imports, used_names
from syntask_yaml.upgrade.python_tree import parse

FLOW = WantedImport("prefect", "flow")


def rewritten(text: str, *wanted: WantedImport, used_before: str = "") -> str:
    return rewrite_imports(
        text, wanted, frozenset(used_before.split()), lambda name: name == "prefect.Flow"
    ).text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "from prefect import Flow, task\ntask()\nflow()\n",
            "from prefect import task, flow\ntask()\nflow()\n",
        ),
        (
            "import prefect\nprefect.x\nflow()\n",
            "from prefect import flow\nimport prefect\nprefect.x\nflow()\n",
        ),
        ('"""Doc."""\n\nflow()\n', '"""Doc."""\n\nfrom prefect import flow\n\nflow()\n'),
        ("from prefect import flow\nflow()\n", "from prefect import flow\nflow()\n"),
        ("import os\nos.x\nflow()\n", "from prefect import flow\nimport os\nos.x\nflow()\n"),
    ],
)
def test_a_wanted_name_is_imported_once(text: str, expected: str) -> None:
    assert rewritten(text, FLOW) == expected


def test_a_wanted_name_is_imported_where_all_others_go() -> None:
    text = "import os\n\nimport prefect\nfrom prefect import Flow\n\nflow()\n"
    expected = "from prefect import flow\n\nflow()\n"
    assert rewritten(text, FLOW, used_before="os prefect") == expected
    other = WantedImport("prefect.blocks", "flow")
    assert rewritten(text, other, used_before="os prefect") == "from prefect.blocks import flow\n\nflow()\n"


def test_what_is_no_longer_used_is_not_imported() -> None:
    text = "import os, sys\nfrom datetime import timedelta\nsys.x\n"
    assert rewritten(text, used_before="os timedelta sys") == "import sys\nsys.x\n"


def test_what_was_never_used_stays_unless_it_is_gone() -> None:
    assert rewritten("import os\nfrom prefect import Flow, task\n") == "import os\nfrom prefect import task\n"


def test_an_import_on_several_lines_is_rewritten_as_a_whole() -> None:
    text = "from prefect import (\n    Flow,\n    task as job,\n)\njob()\n"
    assert rewritten(text) == "from prefect import task as job\njob()\n"


def test_an_alias_is_kept_apart_from_a_name_of_the_file() -> None:
    wanted = WantedImport("prefect", "flow", "prefect_flow")
    text = rewritten("from prefect import task\nflow = task()\nprefect_flow(flow)\n", wanted)
    assert text.startswith("from prefect import task, flow as prefect_flow\n")


def test_exported_names_are_used() -> None:
    assert "task" in used_names(parse("from prefect import task\n__all__ = ['task']\n"))
