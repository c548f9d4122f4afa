"""What a name stands for at a place in a module, found without running anything."""

from __future__ import annotations

import ast
import math
from textwrap import dedent

import pytest

from syntask_yaml.errors import SyntaskError
from syntask_yaml.pysource.lookup import lookup, resolve
from syntask_yaml.pysource.module_index import ModuleIndex
from syntask_yaml.pysource.scope import NameScope
from syntask_yaml.pysource.symbols import (
    Definition,
    External,
    Member,
    Package,
    SourceExpression,
    Symbol,
    Undefined,
    Unknowable,
)
from syntask_yaml.pysource.values import evaluate
from tests.unit.project.flows.conftest import Project, outcome, read_bytes


def scope(project: Project, source: str, *, line: float = math.inf) -> NameScope:
    path = project.write("module.py", source)
    index = ModuleIndex(project.root)
    return NameScope(index, index.read(path), index.search_path(), line=line)


def symbol(project: Project, source: str, name: str, *, line: float = math.inf) -> Symbol:
    return resolve(_expression(name), scope(project, source, line=line))


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


@pytest.mark.parametrize(
    ("source", "name", "expected"),
    [
        ("import datetime", "datetime.date", "datetime.date"),
        ("import os.path", "os.path.join", "os.path.join"),
        ("import os.path as p", "p.join", "os.path.join"),
        ("from typing import List as L", "L", "builtins.list"),
        ("from typing_extensions import Annotated", "Annotated", "typing.Annotated"),
        ("import typing_extensions as te", "te.Sequence", "collections.abc.Sequence"),
        ("from pydantic.types import SecretStr", "SecretStr", "pydantic.SecretStr"),
        ("from pandas import DataFrame", "DataFrame", "pandas.DataFrame"),
        ("", "int", "builtins.int"),
        ("from typing import *", "Optional", "typing.Optional"),
        ("A = int", "A", "builtins.int"),
        ("A = B = int", "B", "builtins.int"),
        ("A, B = int, str", "B", "builtins.str"),
        ("(A, [B, C]) = int, (str, float)", "C", "builtins.float"),
        ("A: type = int", "A", "builtins.int"),
        ("A = int\nA = str", "A", "builtins.str"),
        ("A = int\nif x: A = int", "A", "builtins.int"),
        ("if True: A = int\nelse: A = str", "A", "builtins.int"),
        ("import sys\nif sys.version_info < (3, 8): A = int\nelse: A = str", "A", "builtins.str"),
        ("import sys\nif not sys.version_info >= (3, 8): A = int\nelse: A = str", "A", "builtins.str"),
        ("if __name__ == '__main__': A = int\nelse: A = str", "A", "builtins.str"),
        ("try: from a import X\nexcept ImportError: raise", "X", "a.X"),
        ("try: A = int\nfinally: A = str", "A", "builtins.str"),
        ("with x as y: A = int", "A", "builtins.int"),
        ("class C:\n  class D: ...\n  A = int\nE = C", "E.D", "D"),
    ],
)
def test_a_name_leads_to_one_thing(source: str, name: str, expected: str, project: Project) -> None:
    found = symbol(project, source, name)

    assert isinstance(found, External | Definition)
    assert found.name == expected


@pytest.mark.parametrize(
    "source",
    [
        "if x: A = int\nelse: A = str",
        "try: A = int\nexcept E: A = str",
        "for A in x: ...",
        "with x as A: ...",
        "A = int\ndel A",
        "A = int\nA += 1",
        "A, *B = x",
        "A, B = x",
        "print(A := 1)",
        "while x: A = int\nelse: A = str",
        "match x:\n  case [A]: ...",
        "match x:\n  case {'a': 1, **A}: ...",
        "def f():\n  global A\nA = int",
        "from unknown import *\nint = int",
        "A = int\nfrom unknown import *",
        "from .nowhere import A",
        "from module import A",
    ],
)
def test_what_reading_does_not_tell_is_not_guessed(source: str, project: Project) -> None:
    with pytest.raises(Unknowable):
        symbol(project, source, "A")


@pytest.mark.parametrize(
    "source",
    [
        "",
        "def f(): A = int",
        "class C: A = int",
        "if TYPE_CHECKING: A = int",
        "A: int",
        "if x:\n  def f(A): ...",
    ],
)
def test_a_name_without_a_value_is_undefined(source: str, project: Project) -> None:
    with pytest.raises(Undefined, match="`A` is not defined"):
        symbol(project, source, "A")


def test_a_name_is_there_after_its_line(project: Project) -> None:
    source = "A = int\nB = (\n  str\n)\nA = float\n"

    assert symbol(project, source, "A", line=2) == External("builtins.int")
    assert symbol(project, source, "A", line=6) == External("builtins.float")
    with pytest.raises(Undefined):
        symbol(project, source, "B", line=4)


def test_a_class_sees_its_own_names_first(project: Project) -> None:
    found = symbol(project, "A = int\nclass C:\n  A = str\n  B = 1\n", "C")

    assert isinstance(found, Definition)
    assert isinstance(found.node, ast.ClassDef)
    inside = found.scope.within(found.node)
    assert lookup("A", inside) == External("builtins.str")
    assert lookup("A", inside.at(3)) == External("builtins.int")
    assert lookup("A", inside.outside()) == External("builtins.int")


def test_names_lead_through_the_modules_of_the_project(project: Project) -> None:
    project.write("package/__init__.py", "from .inner import A as Handed\nfrom .stars import *\n")
    project.write("package/inner.py", "class A: ...\nB = 3\n")
    project.write("package/stars.py", "__all__ = ('Listed',)\nclass Listed: ...\nclass Hidden: ...\n")
    place = scope(
        project,
        """
        import package.inner as direct
        import package
        from package import Handed, inner
        from package import Listed
        """,
    )

    direct, handed, again = (resolve(_expression(name), place) for name in ("direct.A", "Handed", "inner.A"))

    assert isinstance(direct, Definition)
    assert direct == handed == again
    assert lookup("Listed", place).name == "Listed"
    assert isinstance(lookup("inner", place), Package)
    assert isinstance(resolve(_expression("inner.B"), place), SourceExpression)
    with pytest.raises(Undefined, match=r"`Hidden` is not defined in `__init__.py`"):
        resolve(_expression("package.Hidden"), place)


def test_an_attribute_of_a_class_is_a_member(project: Project) -> None:
    found = symbol(project, "class C:\n  A = 1\n", "C.A")

    assert isinstance(found, Member)
    assert found.name == "C.A"


def test_a_file_of_the_project_does_not_stand_in_for_what_is_known(project: Project) -> None:
    project.write("datetime.py", "class date: ...")
    project.write("pydantic/__init__.py", "class BaseModel: ...")

    assert symbol(project, "from datetime import date", "date") == External("datetime.date")
    assert symbol(project, "import pydantic", "pydantic.BaseModel") == External("pydantic.BaseModel")


@pytest.mark.parametrize(
    ("source", "expression", "value"),
    [
        ("", "1.5", 1.5),
        ("A = 'x'\nB = A + 'y'", "B + 'z'", "xyz"),
        ("A = 'x'", "f'{A}-{1}'", "x-1"),
        ("A = 'x'", "{'a': A, **{'b': 3}}", {"a": "x", "b": 3}),
        ("import enum\nclass C(enum.Enum):\n  A = 3", "C.A.value", 3),
        ("import enum\nclass C(str, enum.Enum):\n  A = 'x'\nB = C.A.value", "f'{B}-y'", "x-y"),
    ],
)
def test_an_expression_of_constants_has_a_value(
    source: str, expression: str, value: object, project: Project
) -> None:
    place = scope(project, dedent(source))

    assert evaluate(_expression(expression), place) == value


def test_names_that_are_joined_of_names_twice_over_are_worked_out_once(project: Project) -> None:
    source = "A0 = ''\n" + "".join(f"A{number + 1} = A{number} + A{number}\n" for number in range(64))

    assert evaluate(_expression("A64"), scope(project, source)) == ""


@pytest.mark.parametrize(
    ("source", "expression"),
    [
        ("A = {}\nA['b'] = 1", "A"),
        ("A = {'b': 1}\ndef f(): A.clear()", "A"),
        ("A = x()", "A"),
        ("import os", "os.environ"),
        ("import os", "os.getenv('A')"),
        ("", "[x for x in (1, 2)]"),
        ("", "1 if 2 else 3"),
        ("", "(1, 2)[0]"),
        ("", "'a' + 1"),
        ("", "1 / 0"),
        ("", "int('a')"),
        ("", "{[]: 1}"),
        ("", "f'{1:>3}'"),
        ("A = 'x' * 9", "A + A"),
        ("A = 'x' + A", "A"),
        ("", "{**1}"),
        ("", "1 < 2"),
        ("", "not print"),
        ("class C:\n  A = 3", "C.A.value"),
        ("import enum\nclass C(enum.Enum):\n  A = enum.auto()", "C.A.value"),
        ("import enum\nclass C(int, enum.Enum):\n  A = '3'", "C.A.value"),
        ("import enum\nclass C(enum.Enum):\n  A = 3\n  value = property(print)", "C.A.value"),
        ("import enum\nclass C(enum.Enum):\n  A = 3\n  def __init__(self, v): ...", "C.A.value"),
    ],
)
def test_what_only_running_tells_has_no_value(source: str, expression: str, project: Project) -> None:
    with pytest.raises(Unknowable):
        evaluate(_expression(expression), scope(project, source))


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
