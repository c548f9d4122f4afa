"""Declared values against the schemas that they must fit, before anything runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from syntask_yaml.document.node import Node
from syntask_yaml.model.value import Value
from syntask_yaml.project.parameters import check_parameters, check_run_parameters
from syntask_yaml.source import Source
from tests.unit.project.flows.judge import loaded, schema_of, silence

_ID = "12345678-1234-5678-1234-567812345678"

_TEXTS: Mapping[str, tuple[str, ...]] = {
    "date": ("2026-01-31", "2026-02-30", "2026-01-31T00:00:00", "soon", ""),
    "datetime": ("2026-01-31T10:00:00Z", "2026-01-31 10:00", "2026-01-31", "1767322800", "not a date"),
    "time": ("10:00", "25:00", "10:00:00+01:00"),
    "timedelta": ("PT1H", "1:30:00", "15m", "P1Y", "nonsense"),
    "UUID": (_ID, _ID.upper(), "zz"),
    "IPv4Address": ("127.0.0.1", "300.0.0.1"),
    "IPv6Network": ("2001:db8::/32", "x"),
    "AnyUrl": ("https://example.com", "example"),
    "Pattern": ("a+", "("),
    "bytes": ("anything",),
    "Path": ("no/such/file",),
    "date | None": ("2026-01-31", "2026-02-30"),
    "date | str": ("2026-01-31", "soon"),
    "list[date]": (),
}


def _entry(parameters: Mapping[str, Value]) -> Node:
    return Node({"parameters": dict(parameters)}, Source("syntask.yaml", ""), 0)


def _flow(annotation: str) -> Any:
    return loaded(
        "from datetime import *\nfrom ipaddress import *\nfrom pathlib import Path\nfrom re import Pattern\n"
        f"from uuid import UUID\nfrom pydantic import AnyUrl\nfrom prefect import flow\n"
        f"@flow\ndef f(x: {annotation}): ...\n"
    ).f


def _would_run(flow: Any, value: Value) -> bool:
    with silence():
        from prefect.exceptions import ParameterTypeError

        try:
            flow.validate_parameters({"x": value})
        except ParameterTypeError:
            return False
    return True


@pytest.mark.parametrize("annotation", _TEXTS)
def test_text_that_an_annotation_cannot_take_is_a_warning(annotation: str) -> None:
    """A Prefect server accepts it, and the run fails: exactly where Prefect's run fails."""
    flow = _flow(annotation)

    for text in _TEXTS[annotation]:
        problems = list(check_parameters(_entry({"x": text}), schema_of(flow)))

        assert [(each.code, each.is_error) for each in problems] == (
            [] if _would_run(flow, text) else [("wrong-parameter", False)]
        ), text


def test_text_inside_a_list_is_looked_at_too() -> None:
    """The message says which one."""
    [problem] = check_parameters(_entry({"x": ["2026-01-31", "soon"]}), schema_of(_flow("list[date]")))

    assert problem.detail.startswith("`x` does not fit: [1]: `soon` is not a `date`.")


def test_a_run_by_hand_is_not_made_with_such_text() -> None:
    """It would fail at once."""
    [problem] = check_run_parameters({"x": "soon"}, schema_of(_flow("date")))

    assert problem.is_error
