"""Loading flows in a process of their own, for what their source does not tell."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from syntask_yaml.project.flows.loading import Loaded, Loader
from tests.unit.project.flows.conftest import Project
from tests.unit.project.flows.declarations import UNKNOWN, source
from tests.unit.project.flows.judge import judged
from tests.unit.project.flows.signatures import PRELUDE

NUMBERS = range(len(UNKNOWN))
CASES = list(UNKNOWN.values())


@pytest.fixture(name="answers", scope="module")
def _answers(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Loaded]:
    root = tmp_path_factory.mktemp("unknown")
    for number in NUMBERS:
        (root / f"case_{number}.py").write_text(source(CASES[number], PRELUDE), encoding="utf-8")
    imports = "".join(f"from case_{number} import f as f{number}\n" for number in NUMBERS)
    (root / "everything.py").write_text(imports, encoding="utf-8")
    names = [f"f{number}" for number in NUMBERS]
    return Loader(root, sys.executable, 60).load(root / "everything.py", None, names)


@pytest.mark.parametrize("number", NUMBERS, ids=UNKNOWN)
def test_what_the_source_does_not_tell_is_told_by_the_loaded_function(
    number: int, answers: Mapping[str, Loaded]
) -> None:
    answer = answers[f"f{number}"]

    assert answer.error == ""
    assert judged(source(CASES[number], PRELUDE)) == answer.schema
