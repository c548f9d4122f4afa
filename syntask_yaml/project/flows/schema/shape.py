"""What an annotation asks for: the kinds of types that have a JSON Schema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from syntask_yaml.project.flows.source.symbol import Definition, Expression, Unknowable
from syntask_yaml.project.flows.source.values import Value

Schema: TypeAlias = dict[str, Any]
Limits: TypeAlias = Mapping[str, Any]


class Missing:
    """No value at all, as against None."""


MISSING: Final = Missing()


@dataclass(frozen=True, slots=True)
class Fixed:
    """A type whose schema is known by heart; *family* says which limits it understands."""

    schema: Mapping[str, Any]
    family: str = ""


@dataclass(frozen=True, slots=True)
class Array:
    """Any number of items of one shape."""

    item: Shape
    is_unique: bool = False
    limits: Limits = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """A tuple: *items* in this order, then any number of *rest*, if there is one."""

    items: tuple[Shape, ...] = ()
    rest: Shape | None = None
    limits: Limits = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping."""

    key: Shape
    value: Shape
    limits: Limits = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of two or more shapes."""

    choices: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Nullable:
    """None, or the inner shape."""

    inner: Shape


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of the values of a `Literal`."""

    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class JsonText:
    """A text that holds JSON of the inner shape."""

    inner: Shape


@dataclass(frozen=True, slots=True)
class Reference:
    """A class of the project, or what a `type` statement names: described once, under its name."""

    to: Definition | Expression

    @property
    def name(self) -> str:
        return self.to.name


@dataclass(frozen=True, slots=True)
class Described:
    """The inner shape, already limited, and what `Annotated` says of it besides."""

    inner: Shape
    about: About


@dataclass(frozen=True, slots=True)
class Inexpressible:
    """What no JSON stands for: a callable, as it is written."""

    text: str = ""


Shape: TypeAlias = (
    Fixed | Array | Row | Table | Choice | Nullable | OneOf | JsonText | Reference | Described | Inexpressible
)


@dataclass(frozen=True, slots=True)
class About:
    """What is said of a type beside what it is.

    *updates* and *extra* go into its schema; *limits* are put in the terms of its kind.
    """

    updates: Mapping[str, Value] = field(default_factory=dict)
    extra: Mapping[str, Value] = field(default_factory=dict)
    limits: Limits = field(default_factory=dict)
    default: Value = MISSING
    factory: Expression | None = None
    alias: str | None = None
    is_validated: bool = False

    def then(self, later: About) -> About:
        """Both, where *later* has the last word."""
        return About(
            {**self.updates, **later.updates},
            {**self.extra, **later.extra},
            {**self.limits, **later.limits},
            self.default if later.default is MISSING else later.default,
            later.factory or self.factory,
            later.alias or self.alias,
            self.is_validated or later.is_validated,
        )


NOTHING_SAID = About()
ANYTHING = Fixed({})
NULL = Fixed({"type": "null"})
# An object of a class that says nothing about itself.
OPAQUE = Fixed({}, "opaque")


def choice(*shapes: Shape) -> Shape:
    """One of *shapes*: choices among them are taken apart, and None comes last; raises `Unknowable`."""
    apart = list(_apart(shapes))
    wanted = [shape for shape in apart if shape != NULL]
    # Whether types with one shape are one type, such as `int` and a `NewType` of it, is lost here.
    if any(shape in wanted[:index] for index, shape in enumerate(wanted)):
        raise Unknowable("two types of a union are alike")
    if not wanted:
        return NULL
    inner = wanted[0] if len(wanted) == 1 else Choice(tuple(wanted))
    return Nullable(inner) if NULL in apart else inner


def _apart(shapes: Iterable[Shape]) -> Iterable[Shape]:
    for shape in shapes:
        match shape:
            case Choice(choices=choices):
                yield from choices
            case Nullable(inner=inner):
                yield from _apart((inner,))
                yield NULL
            case _:
                yield shape
