"""A file is read in its own encoding, and any text is read or refused, never with a traceback."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syntask_yaml.errors import SyntaskError
from tests.unit.project.flows.conftest import outcome, read_bytes


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfdef f(x='\xc3\xa9'): ...\n",
        b"# -*- coding: latin-1 -*-\ndef f(x='\xe9'): ...\n",
        b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\ndef f(x='\xe9'): ...\n",
        b"def f(x='\xc3\xa9'): ...\r\n",
    ],
    ids=["byte order mark", "latin-1", "second line", "windows lines"],
)
def test_a_file_is_read_in_its_own_encoding(content: bytes) -> None:
    schema = read_bytes(content).parameter_schema

    assert schema is not None
    assert schema["properties"]["x"]["default"] == "é"


def test_odd_escapes_are_not_warned_of() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")

        assert read_bytes(b"def f(x='\\d'): ...\n").parameter_schema is not None


BLANKS = st.sampled_from(["\n", "    ", " ", "\t"])


PIECES = BLANKS | st.sampled_from(
    """
    def f( x : int = 1 ): ... class A ( ) @ flow from prefect import * if else: try: except: ' " [ ] { } , .
    lambda Enum BaseModel pydantic Optional | None # \\ async global type match
    """.split()
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=40))
def test_any_text_is_read_or_refused(pieces: list[str]) -> None:
    source = "".join(pieces) + "\ndef f(y: A, x=A): ...\n"
    flow = outcome(lambda: read_bytes(source.encode()))

    if isinstance(flow, SyntaskError):
        assert flow.detail.endswith(".")
    else:
        assert (flow.parameter_schema is None) == (flow.notes != ())
