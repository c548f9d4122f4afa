"""The things that a name can refer to."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from syntask_yaml.pysource.locate import ModuleLocation
from syntask_yaml.pysource.scope import NameScope


class Unknowable(Exception):
    """The value is not known statically; the message is a clause that names the reason."""


class Undefined(Unknowable):
    """The name has no value at its location."""


class External(NamedTuple):
    """An external module, or an object in it, such as `datetime.date`."""

    name: str


class Package(NamedTuple):
    """A module of the project."""

    location: ModuleLocation

    @property
    def name(self) -> str:
        return self.location.name


@dataclass(frozen=True, slots=True, eq=False)
class Definition:
    """A class or function of the project, and its scope."""

    node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    scope: NameScope

    @property
    def name(self) -> str:
        return self.node.name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Definition) and self.node is other.node

    def __hash__(self) -> int:
        return hash(self.node)


class Member(NamedTuple):
    """An attribute of a class of the project."""

    owner: Definition
    attribute: str

    @property
    def name(self) -> str:
        return f"{self.owner.name}.{self.attribute}"


@dataclass(frozen=True, slots=True, eq=False)
class SourceExpression:
    """An expression that is not evaluated yet, bound to *name*; *is_alias* by a `type` statement."""

    node: ast.expr
    scope: NameScope
    name: str = ""
    is_alias: bool = False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SourceExpression) and self.node is other.node

    def __hash__(self) -> int:
        return hash(self.node)


Symbol: TypeAlias = External | Package | Definition | Member | SourceExpression
