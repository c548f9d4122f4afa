"""Data as YAML that reads back the same."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from syntask_yaml.document.writer import to_scalar, to_yaml
from tests.unit.document.conftest import problems_of, read_text

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=15,
)


@given(st.dictionaries(TEXTS, JSON, max_size=4))
@example({"<<": {}})
def test_written_data_reads_back(data: dict[str, object]) -> None:
    """Whatever is written reads back as the same value, here and by PyYAML."""
    text = to_yaml(data)
    document = read_text(text)

    assert {each.partition(" ")[0] for each in problems_of(document)} <= {"quoted-merge"}  # a warning
    assert data == document.root.value == yaml.safe_load(text)


@given(TEXTS)
@example("yes")
@example("\xa0")
@example("5")
@example("2026-01-01")
@example("a: b")
@example(" x ")
@example("")
@example("é\n- x")
@example("\u2028")
@example("\x85")
@example("two\r\nlines")
@example("word " * 10_000)
def test_scalar_reads_back_on_one_line(text: str) -> None:
    """A text is written on one line, and reads back as itself, also inside of a list."""
    written = to_scalar(text)

    assert "\n" not in written
    assert [{"key": text}] == read_text(f"- key: {written} # comment\n").root.value


@pytest.mark.parametrize("text", ["1234e56", "12e4567", "1.5E3", ".5e-3x", "08", "-09", "0o17", "v1e3"])
def test_a_text_that_yaml_1_2_takes_for_a_number_gets_quotes(text: str) -> None:
    """As editors and other tools do, which write a commit back as infinite."""
    is_number = text[0] != "v" and text[-1] != "x"

    assert to_scalar(text) == (f"'{text}'" if is_number else text)
    assert to_yaml({"tags": [text]}) == f"tags:\n  - {to_scalar(text)}\n"
    assert to_yaml({text: 1}) == f"{to_scalar(text)}: 1\n"


def test_shape_of_what_is_written() -> None:
    """Lists are indented, texts of several lines are blocks, nothing is an alias, order is kept."""
    steps = [{"run": "a\nb\n"}]
    expected = "z: 1\na:\n  - run: |\n      a\n      b\nb:\n  - run: |\n      a\n      b\n"

    assert expected == to_yaml({"z": 1, "a": steps, "b": steps})


@pytest.mark.parametrize("plain", ["word", "flows/etl.py:etl", "two words", "é"])
def test_scalar_without_need_for_quotes_has_none(plain: str) -> None:
    """Quotes stand only where they are needed."""
    assert plain == to_scalar(plain)
