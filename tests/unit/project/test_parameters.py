"""Declared values against the schemas that they must fit, before anything runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from syntask_yaml.document.node import Node
from syntask_yaml.model.value import Value
from syntask_yaml.project.parameters import check_parameters, check_run_parameters, schema_problem
from syntask_yaml.source import Source
from tests.unit.project.flows.conftest import read_source
from tests.unit.project.flows.judge import loaded, silence

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
    "UUID | int": (_ID, "5", "x"),
    "time | float | None": ("10:00", "1.5", "25:00"),
    "date | bool": ("2026-01-31", "yes", "maybe"),
    "Decimal | bool": ("1.5", "off", "NaN", "abc"),
    "IPv4Address | timedelta | int": ("127.0.0.1", "PT1H", "1_000", "x"),
    "Decimal": ("1.5", " 1e5 ", "1_000", "abc", "", "NaN", "Infinity"),
    "Decimal | None": ("1.5", "abc"),
    "dict[str, Decimal]": (),
    "condecimal(gt=3)": ("4", "abc"),
    "float | str": ("1.5", "abc"),
    "Union[str, Decimal]": ("1.5", "abc"),
    "complex": ("1+2j", "abc"),
    "Fraction": ("1/3", "a/b"),
    "ZoneInfo": ("Europe/Berlin", "Europe/Berln"),
    "UUID4": ("0a1f3e0c-5a4b-4c3d-8e2f-1a2b3c4d5e6f", _ID, "zz"),
    "IPvAnyAddress": ("127.0.0.1", "::1", "x"),
    "AwareDatetime": ("2026-01-31T10:00:00Z", "2026-01-31T10:00:00"),
    "NaiveDatetime": ("2026-01-31T10:00:00Z", "2026-01-31T10:00:00"),
    "HttpUrl": ("https://example.com", "ftp://example.com", "example"),
    "PostgresDsn": ("postgres://user@host/db", "nothing"),
    "Base64Bytes": ("YWJj", "YWJj!"),
    "Json": ('{"a": 1}', "{a"),
    'Annotated[Decimal, BeforeValidator(lambda text: text.replace(",", "."))]': ("1,5",),
    'Annotated[date, BeforeValidator(lambda text: "2026-01-31")]': ("tomorrow",),
    "Annotated[date, BeforeValidator(str.strip)]": ("2026-01-31", " 2026-01-31"),
    "Annotated[date, AfterValidator(lambda day: day)]": ("2026-01-31", "tomorrow"),
}


def _entry(parameters: Mapping[str, Value]) -> Node:
    return Node({"parameters": dict(parameters)}, Source("syntask.yaml", ""), 0)


def _source(annotation: str) -> str:
    return (
        "from datetime import date, datetime, time, timedelta\nfrom decimal import Decimal\n"
        "from fractions import Fraction\nfrom ipaddress import IPv4Address, IPv6Network\n"
        "from pathlib import Path\nfrom re import Pattern\nfrom typing import Annotated, Union\n"
        "from uuid import UUID\nfrom zoneinfo import ZoneInfo\nfrom prefect import flow\n"
        "from pydantic import AnyUrl, AwareDatetime, Base64Bytes, HttpUrl, IPvAnyAddress, Json\n"
        "from pydantic import AfterValidator, BeforeValidator, NaiveDatetime, PostgresDsn\n"
        "from pydantic import UUID4, condecimal\n"
        f"@flow\ndef f(x: {annotation}): ...\n"
    )


def _schema(annotation: str) -> Mapping[str, Any]:
    schema = read_source(_source(annotation)).value_schema
    assert schema is not None
    return schema


def _would_run(flow: Any, value: Value) -> bool:
    with silence():
        from prefect.exceptions import ParameterTypeError

        try:
            flow.validate_parameters({"x": value})
        except ParameterTypeError:
            return False
    return True


@pytest.mark.parametrize("annotation", _TEXTS)
def test_text_that_an_annotation_cannot_take_is_refused(annotation: str) -> None:
    """Exactly where Prefect's run fails, although a Prefect server accepts it."""
    flow, schema = loaded(_source(annotation)).f, _schema(annotation)

    for text in _TEXTS[annotation]:
        problems = list(check_parameters(_entry({"x": text}), schema))

        assert [(each.code, each.is_error) for each in problems] == (
            [] if _would_run(flow, text) else [("wrong-parameter-text", True)]
        ), text


def test_text_inside_a_list_is_looked_at_too() -> None:
    """The message says which one."""
    [problem] = check_parameters(_entry({"x": ["2026-01-31", "soon"]}), _schema("list[date]"))

    assert problem.detail.startswith("The value of `x[1]` is not valid: `soon` is not a `date`.")


def test_a_number_in_a_text_is_looked_at_where_a_schema_allows_any_text() -> None:
    """The schema of a `Decimal` is the one of `float | str`, and so it is deployed."""
    flow = read_source(_source("dict[str, Decimal]"))
    assert flow.value_schema is not None

    [problem] = check_parameters(_entry({"x": {"a": "1.5", "b": "abc"}}), flow.value_schema)

    assert problem.detail.startswith("The value of `x.b` is not valid: `abc` is not a `decimal`.")
    assert "decimal" not in str(flow.parameter_schema)


def test_a_run_by_hand_is_not_made_with_such_text() -> None:
    """It would fail at once."""
    [problem] = check_run_parameters({"x": "soon"}, _schema("date"))

    assert problem.is_error


def test_parameters_of_triggers_are_checked_too() -> None:
    """What a server fills in is left alone, also in the two forms that it has for that."""
    flow = read_source("@flow\ndef f(n: int = 1, name: str = ''):\n    pass\n")

    def problems(**parameters: Value) -> list[tuple[str, bool]]:
        entry = Node(
            {"triggers": [{"expect": ["x"], "parameters": parameters}]}, Source("syntask.yaml", ""), 0
        )
        return [(each.code, each.is_error) for each in check_parameters(entry, flow.value_schema)]

    assert problems(nmae="a") == [("unknown-parameter", True)]
    assert problems(n="many") == [("wrong-parameter", False)]
    assert problems(n=2, name="{{ event.id }}") == []
    assert problems(n="{{ event.payload.n }}") == []
    assert problems(n="{% if a %}1{% endif %}") == []
    assert problems(n={"__prefect_kind": "json", "value": "1"}) == []


def test_each_part_of_a_parameter_that_does_not_fit_is_shown_at_its_place() -> None:
    """To the column, under the name that leads to it."""
    flow = read_source(_source("dict[str, int]"))
    assert flow.value_schema is not None
    entry = _entry({"x": {"a": "one", "b": 2, "c": "three"}})

    problems = list(check_parameters(entry, flow.value_schema))

    assert [each.path[-1] for each in problems] == ["a", "c"]
    assert [each.detail.split(" is not ")[0] for each in problems] == [
        "The value of `x.a`",
        "The value of `x.c`",
    ]


def test_text_that_no_run_takes_is_said_beside_what_does_not_fit() -> None:
    """Or it would only be found once that is mended."""
    entry = _entry({"x": [5, "soon", "2026-01-31"]})

    problems = list(check_parameters(entry, _schema("list[date]")))

    assert [(each.code, each.path[-1]) for each in problems] == [
        ("wrong-parameter", 0),
        ("wrong-parameter-text", 1),
    ]


def test_parameters_of_a_schedule_that_is_not_active_are_warned_of() -> None:
    """Somebody activates it some day. What it lacks may be added until then."""
    flow = read_source("@flow\ndef f(n: int, name: str):\n    pass\n")

    def problems(*, active: bool) -> list[tuple[str, bool]]:
        schedule = {"cron": "@daily", "active": active, "parameters": {"n": "many", "nmae": "a"}}
        entry = Node({"schedules": [schedule]}, Source("syntask.yaml", ""), 0)
        return [(each.code, each.is_error) for each in check_parameters(entry, flow.value_schema)]

    assert problems(active=False) == [("wrong-parameter", False), ("unknown-parameter", False)]
    assert problems(active=True) == [
        ("wrong-parameter", True),
        ("unknown-parameter", True),
        ("missing-parameter", True),
    ]


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        ({}, ""),
        ({"properties": {"a": {"type": "string"}}, "required": ["a"]}, ""),
        ({"properties": None, "required": None}, ""),
        ({"properties": ["a"]}, "`properties` is not a mapping"),
        ({"required": "a"}, "`required` is not a list"),
        ({"properties": {"a": ["string"]}}, "`properties.a` is not a mapping"),
    ],
)
def test_a_stored_schema_that_is_none_has_a_reason(schema: dict[str, Any], problem: str) -> None:
    assert schema_problem(schema) == problem
