"""Imports, found quickly by their bytes and exactly by the syntax tree."""

from __future__ import annotations

import ast
import sysconfig
from pathlib import Path

import pytest

from syntask_yaml.pysource.imports import Import, imports_in, imports_of

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
    assert set(imports_of(TRICKY)) == exact
    assert set(imports_of(TRICKY.partition(b'"""\n')[2])) == exact


@pytest.mark.parametrize("package", ["asyncio", "importlib", "unittest"])
def test_a_quick_look_misses_nothing(package: str) -> None:
    """Of real code, the quick look finds all that the syntax tree has."""
    for file in sorted((Path(sysconfig.get_path("stdlib")) / package).glob("*.py")):
        content = file.read_bytes()
        assert imports_in(ast.parse(content)) == set(imports_of(content)), file.name
