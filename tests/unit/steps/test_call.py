"""Calls of step functions."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from syntask_yaml.steps.call import call
from tests.unit.steps.conftest import Bench

_LAZY = pytest.mark.skipif(sys.version_info < (3, 14), reason="annotations are evaluated at once")


@pytest.mark.parametrize("head", ["from __future__ import annotations", pytest.param("", marks=_LAZY)])
def test_annotations_may_name_what_is_there_for_checkers_only(head: str, bench: Bench) -> None:
    code = f"{head}\ndef told(context: StepContext, word: Word):\n    return [context.directory, word]"
    names: dict[str, Any] = {}
    exec(compile(code, "steps.py", "exec", dont_inherit=True), names)

    assert call(names["told"], {"word": "a"}, bench.context) == [bench.directory, "a"]
