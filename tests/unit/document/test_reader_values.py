"""The values of a document are those that PyYAML's safe loader reads, dates excepted."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from syntask_yaml.document.reader import read_file
from tests.unit.document.conftest import problems_of, read_text
from tests.unit.document.judge import Judge, LaterJudge, judged
from tests.unit.document.texts import merging_texts, texts


@settings(max_examples=400)
@given(texts())
def test_random_data_reads_as_pyyaml_reads_it(text: str) -> None:
    """Any data, in any style, with anchors and aliases, has the judge's value and no problem."""
    document = read_text(text)

    assert problems_of(document) == []
    assert judged(text) == document.root.value


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

    assert yaml.safe_load(text) == judged(text, LaterJudge if later else Judge)


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


@settings(max_examples=500)
@given(st.text(alphabet="ab01 \n\t-:[]{}&*|>'\"%#,?<~.é\r", max_size=60))
def test_random_characters_are_read_or_refused_as_by_pyyaml(text: str) -> None:
    """What the judge reads is read alike, or is a problem with a place."""
    document = read_text(text)
    try:
        expected = judged(text)
    except (yaml.YAMLError, ValueError, TypeError):
        expected = None
        is_read = False
    else:
        is_read = True

    assert document.is_readable or problems_of(document)
    if is_read and not document.diagnostics:
        assert expected == document.root.value


def test_corpus_file_reads_as_pyyaml_reads_it(corpus_file: Path) -> None:
    """Real files have the judge's values; those that it cannot read have a problem with a place."""
    document = read_file(corpus_file)
    refusal: yaml.MarkedYAMLError | None = None
    expected = None
    try:
        expected = judged(corpus_file.read_text(encoding="utf-8"))
    except yaml.MarkedYAMLError as error:
        refusal = error
    if refusal is None:
        assert document.is_readable
        assert expected == document.root.value
    else:
        assert refusal.problem_mark is not None
        assert problems_of(document)[0].split()[1].startswith(f"{refusal.problem_mark.line + 1}:")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("yes", True),
        ("Off", False),
        ("y", "y"),
        ("~", None),
        ("NULL", None),
        ("", None),
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


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "---\n...\n", "\n\n  \n", "\ufeff"])
def test_empty_document_is_null(text: str) -> None:
    """Nothing, or only comments, is null and no problem."""
    document = read_text(text)

    assert document.root.value is None
    assert document.is_readable
    assert problems_of(document) == []


def test_quoted_merge_key_is_a_key_like_any_other() -> None:
    """`"<<"` in quotes merges nothing, and may stand beside a merge key."""
    document = read_text('a: &a {x: 1}\nb: {"<<": *a, <<: *a, y: 2}\n')

    assert document.root.value["b"] == {"<<": {"x": 1}, "x": 1, "y": 2}
    assert problems_of(document) == []


def test_merge_of_a_list_under_an_anchor() -> None:
    """`<<: *list` merges the mappings of the list."""
    document = read_text("a: &a {x: 1}\nl: &l [*a, {y: 2}]\nb: {<<: *l}\n")

    assert document.root.value["b"] == {"x": 1, "y": 2}
    assert problems_of(document) == []
