"""Problems as values: which of them are said, in which order, and which name is meant."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syntask_yaml.diagnostics import Diagnostic, Severity, each_once, errors_first, nearest
from syntask_yaml.errors import ProjectInvalid
from syntask_yaml.source import Source, Span

PLACE = Span(Source("syntask.yaml", "5: x"), 0, 1)


def test_errors_come_before_the_warnings_that_say_something_else() -> None:
    error = Diagnostic("missing-key", "A deployment requires `name`.", path=("deployments", 0))
    same, other = error.as_warning(), replace(error, code="obsolete-key").as_warning()
    note, text = replace(other, severity=Severity.NOTE), replace(same, code="invalid-template")
    elsewhere = replace(text, path=("deployments", 1))
    assert errors_first([error], [note, other, same, text, elsewhere, error]) == [error, other, elsewhere]
    assert errors_first([error], []) == [error]
    assert str(ProjectInvalid([error, replace(other, detail="Else.")])) == "A deployment requires `name`."
    assert str(ProjectInvalid([replace(other, detail="Else.")])) == "Else."


@pytest.mark.parametrize(
    ("name", "known", "found"),
    [
        ("ulr", ["url", "method"], "url"),
        ("clone_git", ["git_clone", "run_shell_script"], "git_clone"),
        ("evn", ["env"], "env"),
        ("ab", ["ba"], None),
        ("lru", ["method"], None),
    ],
)
def test_letters_that_changed_places_are_a_slip(name: str, known: list[str], found: str | None) -> None:
    assert nearest(name, known) == found


def test_a_key_that_is_no_text_is_not_unknown_besides() -> None:
    key = Diagnostic("key-not-text", "The key is a number.", span=PLACE)
    unknown = Diagnostic("unknown-key", "There is no such key.", span=PLACE, path=("5",))

    assert each_once([unknown, key]) == (key,)
    assert each_once([unknown]) == (unknown,)


def test_how_a_number_is_read_does_not_matter_where_none_may_be() -> None:
    odd = Diagnostic("odd-number", "It is in base 8.", span=PLACE).as_warning()
    wrong = Diagnostic("wrong-type", "It is no text.", span=PLACE, path=("cron",))

    assert each_once([odd, wrong]) == (wrong,)
    assert each_once([odd]) == (odd,)
