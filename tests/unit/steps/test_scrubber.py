"""Secrets in texts and outputs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syntask_yaml.model.secret import Secret, revealed
from syntask_yaml.steps.scrubber import Scrubber, secrets_in


@pytest.mark.parametrize(
    ("secrets", "text", "scrubbed"),
    [
        ([], "nothing to hide", "nothing to hide"),
        (["abc"], "xabcx abc", "x***x ***"),
        (["abc", "abcdef"], "abcdef abc", "*** ***"),
        (["a/b c"], "https://u:a%2Fb%20c@host", "https://u:***@host"),
        (['a"b\\c'], '{"token": "a\\"b\\\\c"}', '{"token": "***"}'),
        (["line one\n}\nline two"], "line two } x", "*** } x"),
        ([" padded\n"], "[padded]", "[***]"),
        (["a.b"], "axb", "axb"),
        ([""], "text", "text"),
    ],
)
def test_what_is_masked(secrets: list[str], text: str, scrubbed: str) -> None:
    """A secret is masked in the forms in which it turns up."""
    assert Scrubber(secrets).scrub(text) == scrubbed


@given(st.text(min_size=4), st.text(), st.text())
def test_no_secret_is_left(secret: str, before: str, after: str) -> None:
    """Whatever stands around it, the secret itself is gone."""
    if "*" in secret:
        return

    assert secret not in Scrubber([secret]).scrub(before + secret + after)


def test_outputs_with_a_secret_are_secrets() -> None:
    """Wherever in the outputs the text stands; everything else stays as it is."""
    outputs = {"a": "has tok3n inside", "b": ["tok3n", 1, None], "c": {"d": "plain"}}

    assert Scrubber(["tok3n"]).seal(outputs) == {
        "a": Secret("has tok3n inside"),
        "b": [Secret("tok3n"), 1, None],
        "c": {"d": "plain"},
    }


def test_where_secrets_are() -> None:
    """In secrets, and in inputs whose names say so; a short text, or a user's name, is none."""
    inputs = {
        "script": "echo",
        "env": {"A": Secret("one")},
        "credentials": {"username": "robot", "password": "two-two"},
        "access_token": "three",
        "token": "-",
        "list": [Secret("four")],
    }

    assert set(secrets_in(inputs)) == {"one", "two-two", "three", "four"}
    assert revealed(inputs)["env"] == {"A": "one"}
    assert revealed(inputs)["list"] == ["four"]
