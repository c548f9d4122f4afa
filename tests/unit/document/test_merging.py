"""Merge keys bring what they bring for PyYAML, before 6.0.4 and since."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings

from tests.unit.document.conftest import problems_of, read_text
from tests.unit.document.judge import LaterJudge, PyYamlJudge, judged
from tests.unit.document.texts import merging_texts


@settings(max_examples=300)
@given(merging_texts())
def test_merge_keys_read_as_pyyaml_reads_them(text: str) -> None:
    """One, several, nested and repeated merge keys: the same key wins as for the judge."""
    assert judged(text) == read_text(text).root.value


@settings(max_examples=300)
@given(merging_texts())
def test_merge_that_versions_of_pyyaml_read_differently_is_warned_of(text: str) -> None:
    """There is a warning exactly where PyYAML before 6.0.4 and PyYAML since then have different values."""
    problems = problems_of(read_text(text))
    is_warned = any(problem.startswith("ambiguous-merge") for problem in problems)

    assert is_warned == (judged(text) != judged(text, LaterJudge))


@settings(max_examples=300)
@given(merging_texts())
def test_installed_pyyaml_merges_as_one_of_the_two_judges(text: str) -> None:
    """The judges are true: the PyYAML that is here reads as one of them."""
    later = tuple(map(int, yaml.__version__.split(".")[:3])) >= (6, 0, 4)

    assert yaml.safe_load(text) == judged(text, LaterJudge if later else PyYamlJudge)


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        (
            "a: &a {cpu: 1}\nb: &b {cpu: 2}\nc: {<<: [*a, *b]}\n",
            ("syntask uses the first one: `cpu: 1`.", "uses the last one: `cpu: 2`."),
        ),
        (
            "a: &a {cpu: 1, ram: x}\nb: &b {cpu: 2, ram: y}\nc: {<<: [*a, *b], cpu: 3}\n",
            ("syntask uses the first one: `ram: 'x'`.", "uses the last one: `ram: 'y'`."),
        ),
    ],
)
def test_warning_of_a_merge_has_both_readings(text: str, readings: tuple[str, str]) -> None:
    """The warning says what each version takes, and points at the list."""
    (warning,) = read_text(text).diagnostics

    assert warning.code == "ambiguous-merge"
    assert not warning.is_error
    assert all(reading in warning.detail for reading in readings)
    assert warning.span is not None
    assert warning.span.line == 3


@pytest.mark.parametrize(
    "merged",
    ["[*a, *a]", "[*a, *same]", "[*derived, *a]", "[*a, *other]", "*derived", "[{k: 1}, {k: 2}]"],
)
def test_merge_that_every_version_reads_alike_is_not_warned_of(merged: str) -> None:
    """Equal values, a mapping twice or before the one that it is made of, keys of one character."""
    text = (
        "a: &a {cpu: 1}\nsame: &same {cpu: 1}\nderived: &derived {<<: *a, cpu: 2}\nother: &other {ram: 1}\n"
        f"b: {{<<: {merged}}}\n"
    )

    assert problems_of(read_text(text)) == []


def test_quoted_merge_key_is_a_key_like_any_other() -> None:
    """`"<<"` in quotes merges nothing, and is warned of where a mapping is its value."""
    document = read_text('a: &a {x: 1}\nb: {"<<": *a, <<: *a, y: 2}\n')

    assert document.root.value["b"] == {"<<": {"x": 1}, "x": 1, "y": 2}
    assert problems_of(document) == ['quoted-merge 2:5 "<<"']
    assert problems_of(read_text('b: {"<<": text}\n')) == []


def test_merge_of_a_list_under_an_anchor() -> None:
    """`<<: *list` merges the mappings of the list."""
    document = read_text("a: &a {x: 1}\nl: &l [*a, {y: 2}]\nb: {<<: *l}\n")

    assert document.root.value["b"] == {"x": 1, "y": 2}
    assert problems_of(document) == []
