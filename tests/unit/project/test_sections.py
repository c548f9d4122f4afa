"""A section that holds no step says what one is."""

from __future__ import annotations

import pytest

from syntask_yaml.project.dialect import Dialect
from tests.unit.project.conftest import DIALECTS, problems_of


@DIALECTS
@pytest.mark.parametrize("section", ["build", "push", "pull"])
@pytest.mark.parametrize("value", ["{type: local}", "[{type: local}]", "{local: {path: x}}", "[{local: }]"])
def test_a_section_that_holds_no_step_says_what_one_is(section: str, value: str, dialect: Dialect) -> None:
    (problem,) = problems_of(f"{section}: {value}", dialect)

    assert problem.code == "unknown-step"
    assert "is not a step" in problem.detail
    assert "Start each step with `- `" in problem.hint
