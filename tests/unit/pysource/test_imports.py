"""Imports, found quickly by their bytes and exactly by the syntax tree."""

from __future__ import annotations

import ast
import sysconfig
from pathlib import Path

import pytest

from syntask_yaml.pysource.imports import Import, imports_in, statements_of, understood

TRICKY = b'''\
"""Text.

    import only_in_a_text
"""
import a.b, c as d  # import nothing
from . import e
from ..f.g import (  # (a comment)
    h,
    i as j,
)
from k \\
    import l, \\
    m
try: import n
except ImportError: o = 1; import p
if True:
    from q import *
def load():
\timport r; from .s import t
u = importlib.import_module("v.w")
x = __import__('y')
important = 1
'''


def test_every_form_of_an_import_is_found() -> None:
    exact = imports_in(ast.parse(TRICKY))

    assert exact == {
        Import("a.b"),
        Import("c"),
        Import("", ("e",), 1),
        Import("f.g", ("h", "i"), 2),
        Import("k", ("l", "m")),
        Import("n"),
        Import("p"),
        Import("q", ("*",)),
        Import("r"),
        Import("s", ("t",), 1),
        Import("v.w"),
        Import("y"),
    }
    assert _imports_of(TRICKY) == exact
    assert _imports_of(TRICKY.partition(b'"""\n')[2]) == exact


@pytest.mark.parametrize("package", ["asyncio", "importlib", "unittest"])
def test_a_quick_look_misses_nothing(package: str) -> None:
    """Of real code, the quick look finds all that the syntax tree has."""
    for file in sorted((Path(sysconfig.get_path("stdlib")) / package).glob("*.py")):
        content = file.read_bytes()
        assert imports_in(ast.parse(content)) == _imports_of(content), file.name


@pytest.mark.parametrize(
    ("text", "is_plain"),
    [
        (b"import a.b as c, d", True),
        (b"'''Text.'''\nif x:\n\timport a  # a comment\r\nfrom . import (\n    b as c,\n)\n", True),
        (b"from ..a import *\nfrom b.c import (d)\nprint()\n", True),
        (b"x = 1\n", True),
        (b"\xef\xbb\xbfimport a\n", False),
        (b"import \xc3\xa4\n", False),
        (b"import a; import b\n", False),
        (b"from a import (b, # of a list\n    c)\n", False),
        (b"from a import \\\n    b\n", False),
        (b'import a\n"""\nimport b\n"""\nimport c\n', False),
        (b"import a\nimportant = 1\n", False),
    ],
)
def test_what_is_not_plain_is_searched(text: bytes, is_plain: bool) -> None:
    assert all(isinstance(each, bytes) for each in statements_of(text)) == is_plain
    assert _imports_of(text) == imports_in(ast.parse(text))


def _imports_of(content: bytes) -> set[Import]:
    return {each for statement in statements_of(content) for each in understood(statement)}
