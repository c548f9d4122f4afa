"""Files that are no Python, or more of it than anybody can read: a sentence, and never a traceback."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syntask_yaml.errors import SyntaskError
from syntask_yaml.project.flows import FlowNotFound, SkippedFile, discover
from tests.unit.project.flows.conftest import Project, outcome, read_bytes

FLOW = b"\nfrom prefect import flow\n@flow\ndef g(): ...\n"

UNREADABLE = {
    "syntax error": (b"def f(:\n", "syntax error on line 1, column 7: invalid syntax"),
    "tabs and blanks": (b"if x:\n\ty\n        z\n", "syntax error on line 3"),
    "not utf-8": (b"x = '\xff\xfe'\n", "syntax error"),
    "unknown encoding": (b"# coding: klingon\n", "syntax error"),
    "wrong declared encoding": (b"# coding: ascii\nx = '\xc3\xa9'\n", "syntax error"),
    "null bytes": (b"def f():\x00 ...\n", "null bytes"),
    "binary": (bytes(range(256)), "null bytes"),
    "too large": (b"# " + b"x" * (9 * 1024 * 1024) + b"\ndef f(): ...\n", "the file is larger than 8 MiB"),
    "brackets": (b"x = " + b"[" * 5000 + b"]" * 5000, "syntax error on line 1"),
    "signs": (b"x = " + b"-" * 100_000 + b"1\n", "the code is nested too deeply"),
    "attributes": (b"x = a" + b".a" * 100_000 + b"\n", "the code is nested too deeply"),
    "sums": (b"x = 1" + b" + 1" * 100_000 + b"\n", "the code is nested too deeply"),
    "conditions": (
        b"if a: pass\n" + b"elif a: pass\n" * 20_000,
        "the code is nested too deeply",
    ),
}


@pytest.mark.parametrize(("content", "reason"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_said(content: bytes, reason: str, project: Project) -> None:
    (project.root / "etl.py").write_bytes(content + FLOW)
    (project.root / "other.py").write_bytes(FLOW)

    with pytest.raises(FlowNotFound) as caught:
        project.read("etl.py:f")
    skipped, found = discover(project.root)

    assert caught.value.detail.startswith("Cannot read flows from `etl.py`: ")
    assert reason in caught.value.detail
    assert isinstance(skipped, SkippedFile)
    assert skipped.file == "etl.py"
    assert reason in skipped.reason
    assert found.file == "other.py"


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


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_permission_is_said(project: Project) -> None:
    project.write("etl.py", "def f(): ...").chmod(0)

    with pytest.raises(FlowNotFound, match="cannot read the file: Permission denied"):
        project.read("etl.py:f")


@pytest.mark.parametrize(
    "signature",
    [
        "x=" + "-" * 900 + "1",
        "x=" + "(" * 150 + ")" * 150,
        "x: " + "list[" * 190 + "int" + "]" * 190,
        "x: " + " | ".join(["int"] * 900),
        "x=" + " + ".join(["1"] * 900),
        "x=2 ** 100_000_000",
        "x='a' * 10_000_000_000",
        "x=[0] * 10_000_000_000",
        "x=(10 ** 900) ** 900",
        "x=int('9' * 5_000)",
    ],
    ids=lambda text: text[:12],
)
def test_a_signature_that_is_too_much_is_not_known(signature: str) -> None:
    schema = read_bytes(f"def f({signature}): ...\n".encode()).parameter_schema

    assert schema is None or signature.startswith(("x=---", "x=1 +", "x=((", "x: list", "x: int |"))


@pytest.mark.parametrize(
    "source",
    [
        "A = B\nB = A\ndef f(x: A): ...",
        "class A(A): ...\ndef f(x: A): ...",
        "A = list[A]\ndef f(x: A): ...",
        "from flows import f",
        "from flows import A\ndef f(x: A): ...",
        "import flows\nA = flows.A\ndef f(x=A): ...",
        "f = f",
        "f = f(f)",
        "from . import f",
        "from .... import f",
        "from flows import *\ndef f(x: Something): ...",
    ],
)
def test_names_that_lead_in_a_circle_end_somewhere(source: str) -> None:
    flow = outcome(lambda: read_bytes(source.encode()))

    if isinstance(flow, SyntaskError):
        assert flow.detail.endswith(".")
    else:
        assert flow.parameter_schema is None
        assert flow.notes != ()


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


def test_a_folder_called_like_a_file_is_said(project: Project) -> None:
    (project.root / "etl.py").mkdir()

    with pytest.raises(FlowNotFound, match=r"The file `etl.py` does not exist."):
        project.read("etl.py:f")


def test_links_that_lead_nowhere_are_said(project: Project) -> None:
    Path(project.root / "etl.py").symlink_to("nowhere.py")
    Path(project.root / "loop.py").symlink_to("loop.py")

    for name in ("etl.py", "loop.py"):
        with pytest.raises(FlowNotFound, match="does not exist"):
            project.read(f"{name}:f")
    assert [found.file for found in discover(project.root)] == ["loop.py"]
