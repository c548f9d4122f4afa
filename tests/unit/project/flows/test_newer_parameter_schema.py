"""The same schemas again, and the judge is the newer Prefect, in an environment of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from syntask_yaml.project.flows import FlowReader
from tests.support.prefect_server import NEWER, missing
from tests.unit.project.flows.conftest import read_source
from tests.unit.project.flows.declarations import KNOWN, source
from tests.unit.project.flows.judge import judged_elsewhere
from tests.unit.project.flows.signatures import LISTED, PRELUDE, all_listed

HEADS = {"eager": "", "deferred": "from __future__ import annotations"}
CASES = {f"{case}, {head}": source(KNOWN[case], HEADS[head] + PRELUDE) for case in KNOWN for head in HEADS}


@pytest.fixture(name="newer", scope="module")
def _newer() -> Mapping[str, Mapping[str, Any]]:
    """The schemas of all of them, from one process."""
    if reason := missing(NEWER):
        pytest.skip(reason)
    return judged_elsewhere(NEWER, {"listed": all_listed(), **CASES})


@pytest.fixture(name="reader", scope="module")
def _reader(tmp_path_factory: pytest.TempPathFactory) -> FlowReader:
    root = tmp_path_factory.mktemp("signatures")
    (root / "flows.py").write_text(all_listed(), encoding="utf-8")
    return FlowReader(root, load_in_child=False)


@pytest.mark.parametrize("number", range(len(LISTED)), ids=[f"{theme}: {line}" for theme, line in LISTED])
def test_a_signature_is_as_the_newer_prefect_has_it(
    number: int, reader: FlowReader, newer: Mapping[str, Mapping[str, Any]]
) -> None:
    flow = reader.read(f"flows.py:f{number}")

    assert newer["listed"][f"f{number}"] == flow.parameter_schema


@pytest.mark.parametrize("case", CASES)
def test_classes_are_as_the_newer_prefect_has_them(case: str, newer: Mapping[str, Mapping[str, Any]]) -> None:
    assert newer[case]["f"] == read_source(CASES[case]).parameter_schema
