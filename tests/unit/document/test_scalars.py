"""Plain and tagged scalars are what they are for PyYAML's safe loader, dates excepted."""

from __future__ import annotations

import pytest

from tests.unit.document.conftest import problems_of, read_text


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("yes", True),
        ("Off", False),
        ("FALSE", False),
        ("falsehood", "falsehood"),
        ("nulls", "nulls"),
        ("y", "y"),
        ("~", None),
        ("NULL", None),
        ("", None),
        ("0", 0),
        ("7", 7),
        ("1234567890123456", 1234567890123456),
        ("12345678901234567", 12345678901234567),
        ("\u0661\u0662", "\u0661\u0662"),
        ("010", 8),
        ("0o10", "0o10"),
        ("0b101", 5),
        ("-0x1F", -31),
        ("1_000", 1000),
        ("12:30:45", 45045),
        ("1e5", "1e5"),
        ("1.0e+5", 100000.0),
        (".5", 0.5),
        ("190:20:30.15", 685230.15),
        ("2026-01-01", "2026-01-01"),
        ("2026-01-01T06:00:00Z", "2026-01-01T06:00:00Z"),
        ("=", "="),
        ("<<", "<<"),
        ("! 5", 5),
        ("!!str 5", "5"),
        ("!!int '5'", 5),
        ("!!float 5", 5.0),
        ("!!bool 'yes'", True),
        ("!!null ''", None),
        ("!!map {a: 1}", {"a": 1}),
        ("!!seq [1]", [1]),
        ("9" * 4000, int("9" * 4000)),
    ],
)
def test_scalar_is_what_yaml_1_1_says(written: str, value: object) -> None:
    """Plain and tagged scalars have the types of YAML 1.1; dates stay text."""
    document = read_text(f"key: {written}\n")

    assert {"key": value} == document.root.value
    assert [each for each in document.diagnostics if each.code != "odd-number"] == []


@pytest.mark.parametrize("written", ["010", "-0100", "1:30", "12:30:45", "190:20:30.15"])
def test_a_number_in_another_base_is_warned_of(written: str) -> None:
    """At the number, with what was read; with quotes it is text."""
    document = read_text(f"key: {written}\n")
    (warning,) = document.diagnostics

    assert problems_of(document) == [f"odd-number 1:6 {written}"]
    assert not warning.is_error
    assert str(document.root.value["key"]) in warning.detail
    assert read_text(f'key: "{written}"\n').diagnostics == ()


@pytest.mark.parametrize("written", ["0", "00", "100", "0x1f", "0b11", "1_000", "0.5", "08", "1e3"])
def test_a_number_that_is_what_it_looks_like_is_not(written: str) -> None:
    """Nor one that says its base."""
    assert read_text(f"key: {written}\n").diagnostics == ()
