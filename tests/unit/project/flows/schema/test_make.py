"""Signatures that mean harm: reading them runs nothing of them, and takes a bounded number of steps."""

from __future__ import annotations

from pathlib import Path

import pytest

from syntask_yaml.project.flows.schema import make
from tests.unit.project.flows.conftest import Project, read_bytes

HEAD = """
import dataclasses, inspect, os, pydantic, sys, typing
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Annotated, ClassVar, Generic, Literal, NewType, Optional, TypeVar
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ImportString

T = TypeVar("T")
"""
# Whatever would evaluate this would leave a file behind.
EVIL = "__import__('pathlib').Path('ran').touch()"
HEADS = pytest.mark.parametrize(
    "head", [HEAD, f"from __future__ import annotations\n{HEAD}"], ids=["eager", "deferred"]
)


@HEADS
@pytest.mark.parametrize(
    "source",
    [
        f'def f(x: "{EVIL}"): ...',
        f'def f(x: Optional["{EVIL}"], y: "Nowhere" = 1): ...',
        f'X = "{EVIL}"\ndef f(x: X): ...',
        f'X = "{EVIL[:20]}" + "{EVIL[20:]}"\ndef f(x: Optional[X]): ...',
        f'class A(BaseModel):\n    a: "{EVIL}"\ndef f(x: A): ...',
        f'class A(BaseModel):\n    T: ClassVar = "{EVIL}"\n    a: T\ndef f(x: A): ...',
        f'@dataclass\nclass A:\n    a: "{EVIL}"\ndef f(x: A): ...',
        f'class A(BaseModel):\n    a: Annotated[str, AfterValidator(eval)]\ndef f(x=A(a="{EVIL}")): ...',
        f"class A(BaseModel):\n    a: str = Field(default_factory=lambda: {EVIL})\ndef f(x=A()): ...",
        f'V = TypeVar("V", bound="{EVIL}")\ndef f(x: V): ...',
        f'V = NewType("V", "{EVIL}")\ndef f(x: V): ...',
        f"class M:\n    def __init_subclass__(cls): {EVIL}\nclass A(M): ...\ndef f(x: A): ...",
        f"class M:\n    def __class_getitem__(cls, item): {EVIL}\ndef f(x: M[int]): ...",
        f"class M(type):\n    def __new__(*a): {EVIL}\nclass A(metaclass=M): ...\ndef f(x: A): ...",
        f"def d(c): {EVIL}; return c\n@d\nclass A: ...\ndef f(x: A): ...",
        f"class A:\n    def __get_pydantic_core_schema__(*a): {EVIL}\ndef f(x: A): ...",
        'def f(x: "Nowhere", y: "typing.Literal[inspect.os.environ[\'HOME\']]" = 1): ...',
        'class A(BaseModel):\n    a: ImportString\ndef f(x=A(a="evil.x")): ...',
        "def f(x=().__class__.__base__.__subclasses__()): ...",
        'def f(x: "int.__class__"): ...',
        "def f(x=os.environ, y=os.environ['HOME'], z=sys.argv): ...",
    ],
)
def test_nothing_of_a_signature_is_run(
    source: str, head: str, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("evil.py", "import pathlib\npathlib.Path('ran').touch()\n")
    (project.root / "flows.py").write_text(head + source, encoding="utf-8")
    monkeypatch.chdir(project.root)
    monkeypatch.syspath_prepend(str(project.root))

    flow = project.read("flows.py:f")

    assert flow.parameter_schema is None
    assert len(flow.notes) == 1
    assert not Path("ran").exists()


def _levels(start: str, level: str, use: str) -> str:
    return start + "".join(level.format(n=n, m=n + 1) for n in range(12)) + use.format(m=12)


TYPES = "A0 = tuple[int, int]\n"
MANY: dict[str, str] = {
    "values": _levels("A0 = [1, 2]\n", "A{m} = [A{n}, A{n}]\n", "def f(x=A{m}): ..."),
    "items": _levels("A0 = [1, 2]\n", "A{m} = [*A{n}, *A{n}]\n", "def f(x=A{m}): ..."),
    "types": _levels(TYPES, "A{m} = tuple[A{n}, A{n}]\n", "def f(x: A{m}): ..."),
    "texts": _levels(
        TYPES, "A{m} = list['tuple[A{n}, A{n}]']\n", "class M(BaseModel):\n    a: A{m}\ndef f(x: M): ..."
    ),
    "new types": _levels(TYPES, "A{m} = NewType('A{m}', tuple[A{n}, A{n}])\n", "def f(x: A{m}): ..."),
    "bounds": _levels(TYPES, "A{m} = TypeVar('A{m}', bound=tuple[A{n}, A{n}])\n", "def f(x: A{m}): ..."),
    "generic models": _levels(
        "class B(BaseModel, Generic[T]):\n    a: T\nA0 = B[int]\n",
        "A{m} = B[tuple[A{n}, A{n}]]\n",
        "def f(x: A{m}): ...",
    ),
    "objects": _levels(
        "class A0(BaseModel):\n    a: int = 1\n",
        "class A{m}(BaseModel):\n    a: A{n} = A{n}()\n    b: A{n} = A{n}()\n",
        "def f(x: A{m}): ...",
    ),
    "factories": _levels(
        "class A0(BaseModel):\n    a: int = 1\n",
        "class A{m}(BaseModel):\n    a: A{n} = Field(default_factory=A{n})\n",
        "X = A{m}()\ndef f(x: A{m} = X): ...",
    ),
}


@HEADS
@pytest.mark.parametrize("source", MANY.values(), ids=MANY)
def test_what_grows_with_each_line_is_bounded(
    source: str, head: str, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(make, "MAX_WEIGHT", 2_000)
    (project.root / "flows.py").write_text(head + source, encoding="utf-8")

    assert project.read("flows.py:f").parameter_schema is None


@pytest.mark.parametrize(
    "source",
    [
        "def f(x='%99999d' % 1): ...",
        "def f(x=int(Decimal('1e99999'))): ...",
        "class A(BaseModel):\n    a: int\ndef f(x=A(a=Decimal('1e99999'))): ...",
        "def f(x=2 ** 100_000): ...",
        "A = 'a' * 90_000\ndef f(x=A + A): ...",
        "def f(x: Annotated[Decimal, Field(gt=2 ** 100_000)]): ...",
        "class A(BaseModel, regex_engine='python-re'):\n    a: str\ndef f(x: A): ...",
        "class A(BaseModel):\n    model_config = {'regex_' + 'engine': 'python-re'}\ndef f(x: A): ...",
    ],
)
def test_work_of_unknown_length_is_refused(source: str, project: Project) -> None:
    (project.root / "flows.py").write_text(HEAD + source, encoding="utf-8")

    assert project.read("flows.py:f").parameter_schema is None


@pytest.mark.parametrize("annotation", ["Literal[{}]", "Literal[{}, None]"])
def test_a_literal_of_thousands_of_values_is_known(annotation: str, project: Project) -> None:
    values = [f"a{number}" for number in range(3_000)]
    text = annotation.format(", ".join(map(repr, values)))
    (project.root / "flows.py").write_text(f"{HEAD}def f(x: {text}): ...\n", encoding="utf-8")

    schema = project.read("flows.py:f").parameter_schema

    assert schema is not None
    assert schema["properties"]["x"]["enum"][:3_000] == values


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
