"""What flow code does with ours, beside the answers of Prefect that `test_judge.py` keeps true."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.conformance.differences import DIFFERENCES, EXPECTED
from tests.conformance.table import Answers, CaseFailed, answers, cases, record

_PAGE = Path(__file__).parents[2] / "docs" / "compatibility.md"


@pytest.fixture(name="ours", scope="module")
def _ours(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    folder = tmp_path_factory.mktemp("ours")
    return answers("syntask", sys.executable, folder, environ={"SYNTASK_HOME": str(folder)}, of=cases())


@pytest.mark.parametrize("case", cases())
def test_ours_answers_as_prefect_does(case: str, ours: Answers) -> None:
    assert not isinstance(ours[case], CaseFailed), ours[case]
    assert ours[case] == EXPECTED.get(case, record()[case])


def test_a_difference_is_one() -> None:
    assert {case for case, answer in EXPECTED.items() if record()[case] == answer} == set()


@pytest.mark.parametrize(
    "reason", [difference.reason for difference in DIFFERENCES], ids=range(len(DIFFERENCES))
)
def test_the_page_has_the_reason(reason: str) -> None:
    assert f"* {reason}\n" in _PAGE.read_text(encoding="utf-8")
