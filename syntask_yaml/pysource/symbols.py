"""What a name can refer to."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from syntask_yaml.pysource.locate import ModuleLocation
from syntask_yaml.pysource.scope import NameScope


class Unknowable(Exception):
    """Something that reading the source does not tell; the message is a clause that says what."""


class Undefined(Unknowable):
    """A name that has no value where it is used."""


class External(NamedTuple):
    """A module, or what a module holds, that is not the project's own: `datetime.date`."""

    name: str


class Package(NamedTuple):
    """A module of the project."""

    location: ModuleLocation

    @property
    def name(self) -> str:
        return self.location.name


@dataclass(frozen=True, slots=True, eq=False)
class Definition:
    """A class or a function of the project, and the place where it stands."""

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
    """A value to be worked out, *name* the one that it was given; *is_alias* by a `type` statement."""

    node: ast.expr
    scope: NameScope
    name: str = ""
    is_alias: bool = False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SourceExpression) and self.node is other.node

    def __hash__(self) -> int:
        return hash(self.node)


Symbol: TypeAlias = External | Package | Definition | Member | SourceExpression
