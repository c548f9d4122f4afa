"""A file is read in its own encoding, and any text is read or refused, never with a traceback."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syntask_yaml.errors import SyntaskError
from syntask_yaml.pysource.module import SharedReading, SourceUnreadable, read_module
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


def test_files_of_the_same_content_are_parsed_once(tmp_path: Path) -> None:
    one, same, other = (tmp_path / name for name in ("one.py", "same.py", "other.py"))
    one.write_text("a = 1\n")
    same.write_text("a = 1\n")
    other.write_text("b = 2\n")
    read = SharedReading()

    modules = [read(each) for each in (one, same, other, one)]

    assert [each.path for each in modules] == [one, same, other, one]
    assert modules[0].tree is modules[1].tree is modules[3].tree
    assert modules[2].tree is not modules[0].tree
    assert [each.digest for each in modules] == [read_module(each.path).digest for each in modules]


def test_what_is_found_out_about_a_file_is_known_of_the_same_elsewhere(tmp_path: Path) -> None:
    for name in ("one.py", "same.py"):
        (tmp_path / name).write_text("a = 1\n")
    read = SharedReading()
    names = read(tmp_path / "one.py").names

    assert read(tmp_path / "same.py").names is names


def test_a_file_that_cannot_be_read_is_no_source_either_way(tmp_path: Path) -> None:
    for read in (read_module, SharedReading()):
        with pytest.raises(SourceUnreadable, match="No such file"):
            read(tmp_path / "gone.py")
