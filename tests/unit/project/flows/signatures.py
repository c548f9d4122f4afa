"""Signatures whose schema is known from the source alone: what stands between the brackets of `def f(…)`."""

from __future__ import annotations

from collections.abc import Mapping

PRELUDE = '''
import collections, datetime, enum, ipaddress, logging, pathlib, re, typing
import asyncio
import collections.abc as cabc
import dataclasses as dc
import typing as t
import typing_extensions as te
from collections import OrderedDict as Ordered
from dataclasses import dataclass
from datetime import date, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from fractions import Fraction
from pathlib import Path
from typing import (
    AbstractSet, Annotated, Any, AnyStr, Awaitable, Callable, ClassVar, Collection, Counter, DefaultDict,
    Deque, Dict, FrozenSet, Generator, Hashable, Iterable, Iterator, List, Literal, Mapping, MutableMapping,
    MutableSequence, NamedTuple, NewType, Optional, Sequence, Set, Text, TextIO, Tuple, Type, TypeAlias,
    TypeVar, Union,
)
from uuid import UUID
from zoneinfo import ZoneInfo

import annotated_types
from annotated_types import Ge, Gt, Interval, Le, Len, Lt, MaxLen, MinLen, MultipleOf
import pydantic
from pydantic import (
    AfterValidator, AnyUrl, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, DirectoryPath, Field,
    FilePath, FiniteFloat, FutureDate, FutureDatetime, HttpUrl, ImportString, IPvAnyAddress, IPvAnyNetwork,
    Json, NaiveDatetime, NegativeFloat, NegativeInt, NewPath, NonNegativeFloat, NonNegativeInt,
    NonPositiveInt, PastDate, PastDatetime, PositiveFloat, PositiveInt, PostgresDsn, RedisDsn, SecretBytes,
    SecretStr, Strict, StrictBool, StrictFloat, StrictInt, StrictStr, StringConstraints, UUID1, UUID4,
    confloat, conint, conlist, conset, constr,
)
from prefect import flow

LIMIT = 10
NAMES = ["a", "b"]
WINDOW = timedelta(minutes=90)
START: datetime.datetime = datetime.datetime(2024, 1, 31, 6, tzinfo=datetime.timezone.utc)
FIRST, SECOND = "one", 2


class Color(Enum):
    """What it looks like."""

    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    LOW = 1
    HIGH = enum.auto()


class Mode(StrEnum):
    FAST = enum.auto()
    SLOW = enum.auto()


class Shade(str, Enum):
    DARK = "dark"


class Plain:
    LIMIT = 7


class Text_(str):
    pass


class Row(NamedTuple):
    a: int
    b: str = "x"


class Table(te.TypedDict):
    """A table."""

    a: int
    b: te.NotRequired[str]


@dataclass
class Point:
    """A point."""

    x: int
    y: str = "q"
    tags: list[int] = dc.field(default_factory=list)


class Inner(BaseModel):
    """The inner one."""

    a: int
    b: str = "x"


class Tree(BaseModel):
    value: Inner
    left: "Optional[Tree]" = None


def helper(): ...


UserId = NewType("UserId", int)
Anything = TypeVar("Anything")
Bound = TypeVar("Bound", bound=int)
Either = TypeVar("Either", int, str)
Number = Union[int, float]
MaybeNumber: TypeAlias = Optional[Number]
Quoting = Union["Inner", None]
Percent = Annotated[int, Field(ge=0, le=100, description="From 0 to 100.")]
Lazy = te.TypeAliasType("Lazy", Optional[int])
'''

SIGNATURES: Mapping[str, str] = {
    "without annotations": """
        x
        x, y=1, *args, z, w=None, **kwargs
        x, /, y, *, z
        self, x
        cls, x: int
        *args: int, **kwargs: str
        x=-1, y=+2, z=not 1, w=~3
        x: int, y: int = 2, *, z: int = 3
    """,
    "names that a model of pydantic has too": """
        schema, copy, json: int, validate=3
        dict: dict, construct: str = "a"
        fields, parse_obj, from_orm
    """,
    "builtins": """
        x: int
        x: float = 1.5
        x: str = "a"
        x: bool = True
        x: bytes = b"abc"
        x: complex
        x: None
        x: object
        x: type
        x: list
        x: dict
        x: tuple
        x: set
        x: frozenset
        x: bytearray
        x: range
        x: slice
        x: Exception
    """,
    "optional and alternatives": """
        x: Optional[int]
        x: Optional[int] = None
        x: int | None = None
        x: None | int
        x: int | str | None = 3
        x: Union[int, None, str]
        x: Union[int, str]
        x: Union[int]
        x: Union[None]
        x: Optional[None]
        x: Optional[Any] = None
        x: Optional[object]
        x: Union[int, Any]
        x: Union[Optional[int], str]
        x: Optional[Union[int, Optional[str]]]
        x: Union[Optional[int], Annotated[Optional[str], "remark"]]
        x: list[int] | dict[str, int] | None = None
        x: str = None
    """,
    "containers": """
        x: list[int]
        x: List
        x: List[int] = [1, 2]
        x: list[list[str]]
        x: list[int | None]
        x: Dict
        x: Dict[str, int]
        x: dict[str, Any] = {}
        x: dict[int, int]
        x: dict[str, list[dict[str, Optional[int]]]] = None
        x: set[int] = {2, 1}
        x: Set[str] = {"b", "a"}
        x: frozenset[int] = frozenset([1])
        x: FrozenSet[int]
        x: AbstractSet[int]
        x: tuple[int, str]
        x: tuple[int, ...] = (1, 2)
        x: Tuple
        x: Tuple[int, str, float]
        x: tuple[()]
        x: tuple[int]
        x: Sequence
        x: Sequence[int]
        x: cabc.Sequence[str] = ()
        x: MutableSequence[int]
        x: Mapping
        x: Mapping[str, int]
        x: MutableMapping[str, int]
        x: Iterable[int]
        x: Iterable
        x: Generator[int, None, None]
        x: Deque[int]
        x: collections.deque[int]
        x: collections.OrderedDict[str, int]
        x: Ordered[str, int]
        x: DefaultDict[str, int]
        x: collections.defaultdict[str, list[int]]
        x: Counter[str]
        x: collections.Counter
        x: dict[Color, int]
        x: dict[Literal["a", "b"], int]
        x: dict[UUID, int]
        x: dict[date, list[Path]]
    """,
    "what no JSON is": """
        x: Callable
        x: Callable[[int], str]
        x: Callable = helper
        x: Callable[..., int] = None
        x: Optional[Callable]
        x: list[Callable]
        x: tuple[int, Callable]
        x: Union[int, Callable]
        x: Union[Inner, Callable]
        x: Optional[Union[int, Callable]]
        x: Union[Callable, Callable[[int], int]]
        x: Annotated[Callable, Field(description="f", examples=[1])]
        x: Union[int, Callable[["int"], str]]
        x: Union[int, Callable[["Inner"], str]]
        x: Union[int, Iterator["Inner"]]
        x: Union[int, Callable[[Quoting], str]]
    """,
    "objects that only isinstance knows": """
        x: Plain
        x: Plain = Plain()
        x: Optional[Plain]
        x: Text_
        x: logging.Logger
        x: asyncio.Event
        x: Iterator[int]
        x: Awaitable[int]
        x: Collection
        x: TextIO
        x: list[Plain]
    """,
    "other types of Python": """
        x: Any
        x: datetime.datetime = datetime.datetime(2024, 1, 1)
        x: date = date(2024, 2, 29)
        x: time = time(1, 2)
        x: timedelta = timedelta(hours=1, milliseconds=5)
        x: UUID
        x: Path = Path("a/b")
        x: pathlib.PurePath
        x: Decimal = Decimal("1.50")
        x: Fraction
        x: re.Pattern
        x: typing.Pattern[str]
        x: ipaddress.IPv4Address
        x: ipaddress.IPv6Network
        x: ZoneInfo
        x: Hashable
        x: AnyStr
        x: Text
        x: Type[int]
        x: type[Inner]
        x: te.Annotated[int, 3]
        x: t.Optional[t.List[int]] = None
    """,
    "literals": """
        x: Literal["a"]
        x: Literal["a", "b"] = "a"
        x: Literal["a", 1, None]
        x: Literal[1, 2]
        x: Literal[True, 1]
        x: Literal[None]
        x: Literal["a", "a"]
        x: Literal[Literal["a"], "b"]
        x: Literal[b"a"]
        x: Literal[Color.RED]
        x: Literal[Level.LOW, 2]
        x: Literal[LIMIT, -1]
        x: Optional[Literal["a"]] = None
        x: Union[Literal["a"], Literal["b"]]
    """,
    "names given to types": """
        x: UserId
        x: list[UserId]
        x: Anything
        x: Bound
        x: Either
        x: Number = 1
        x: MaybeNumber = None
        x: list[MaybeNumber]
        x: Lazy
        x: list[Lazy]
        x: Percent = 5
        x: list[Percent]
        x: Optional[Percent] = None
    """,
    "limits": """
        x: Annotated[int, Field(ge=1)]
        x: Annotated[int, Field(gt=1, le=10, multiple_of=2)] = 2
        x: Annotated[float, Field(gt=0, lt=1.5, allow_inf_nan=False)]
        x: Annotated[str, Field(min_length=1, max_length=3, pattern="^a")]
        x: Annotated[bytes, Field(min_length=1)]
        x: Annotated[list[int], Field(min_length=1, max_length=3)] = [1]
        x: Annotated[dict[str, int], Field(min_length=1)]
        x: Annotated[set[int], Field(max_length=2)]
        x: Annotated[tuple[int, ...], Field(min_length=1)]
        x: Annotated[Sequence[int], Field(min_length=1)]
        x: Annotated[Mapping[str, int], Field(min_length=1)]
        x: Annotated[Decimal, Field(gt=1, max_digits=5, decimal_places=2)]
        x: Annotated[Decimal, Field(ge=Decimal("1.5"))]
        x: Annotated[date, Field(ge=date(2024, 1, 1))]
        x: Annotated[timedelta, Field(gt=timedelta(1))]
        x: Annotated[HttpUrl, Field(max_length=5)]
        x: Annotated[SecretStr, Field(min_length=5)]
        x: Annotated[int | None, Field(gt=1)]
        x: Annotated[Optional[Annotated[int, Field(ge=1)]], Field(le=3)]
        x: Annotated[Annotated[int, Field(ge=1)], Field(le=3)]
        x: Annotated[int, Field(ge=1), Field(ge=5)]
        x: Annotated[bool, Field(strict=True)]
        x: Annotated[int, Gt(3), "remark"]
        x: Annotated[int, Ge(1), Lt(9)]
        x: Annotated[int, Le(LIMIT)]
        x: Annotated[int, Interval(gt=1, le=3)]
        x: Annotated[int, MultipleOf(3)]
        x: Annotated[str, MinLen(3), MaxLen(5)]
        x: Annotated[list[int], Len(1, 3)]
        x: Annotated[str, StringConstraints(min_length=2, to_lower=True)]
        x: Annotated[int, Strict()]
        x: Annotated[int, AfterValidator(abs)]
        x: Annotated[int, BeforeValidator(int)]
        x: Annotated[int, annotated_types.Gt(2)]
        x: list[Annotated[int, Field(gt=3)]]
        x: dict[Annotated[str, Field(pattern="^a")], int]
        x: dict[Annotated[str, Field(min_length=2)], int]
        x: conint(ge=3)
        x: confloat(gt=0.5)
        x: constr(min_length=3, pattern="a")
        x: conlist(int, min_length=3)
        x: conset(str, max_length=3)
    """,
    "what is said of a type": """
        x: Annotated[int, Field(ge=1, description="d", title="T")] = 5
        x: Annotated[int, Field(default=4, description="d")]
        x: Annotated[int, Field(default=3)] = 4
        x: Annotated[int, Field(default=3)] = Field(description="d")
        x: Annotated[int, Field(default_factory=int)]
        x: Annotated[int, Field(examples=[1, 2])]
        x: Annotated[int, Field(deprecated=True)]
        x: Annotated[int, Field(deprecated="no more")]
        x: Annotated[int, Field(json_schema_extra={"a": 1})]
        x: Annotated[int, Field(alias="y", exclude=True)]
        x: Annotated[int, Field(examples=[1], title="q")] = Field(3, examples=[2], title="z", description="D")
        x: Annotated[int, Field(json_schema_extra={"position": 7})] = Field(json_schema_extra={"b": 2})
        x=Field(3, ge=1, description="d")
        x: int = Field(3, ge=1, description="d", title="T")
        x: int = Field(...)
        x: int = Field()
        x: int = Field(None)
        x: int = Field(default=3, description="")
        x: list = Field(default_factory=list)
        x: int = Field(3, json_schema_extra={"position": 9, "z": 1})
        x: list[Annotated[int, Field(description="d", title="T", ge=1, examples=[1])]]
        x: Optional[Annotated[str, Field(max_length=3, description="q")]] = None
        x: dict[str, Annotated[dict[str, int], Field(title="q")]]
        x: Annotated[dict[str, int], Field(title="z")]
        copy: Annotated[int, Field(alias="q", description="f")]
    """,
    "types of pydantic": """
        x: AnyUrl
        x: HttpUrl
        x: PostgresDsn
        x: RedisDsn
        x: AwareDatetime
        x: NaiveDatetime
        x: FutureDate
        x: FutureDatetime
        x: PastDate
        x: PastDatetime
        x: FilePath
        x: DirectoryPath
        x: NewPath
        x: FiniteFloat
        x: ImportString
        x: IPvAnyAddress
        x: IPvAnyNetwork
        x: Json
        x: Json[int]
        x: Json[list[Inner]]
        x: NegativeInt
        x: NegativeFloat
        x: NonNegativeInt
        x: NonNegativeFloat
        x: NonPositiveInt
        x: PositiveInt
        x: PositiveFloat = 2.5
        x: SecretStr
        x: SecretStr = SecretStr("abc")
        x: SecretBytes
        x: StrictBool
        x: StrictFloat
        x: StrictInt
        x: StrictStr
        x: UUID1
        x: UUID4
        x: pydantic.types.PositiveInt
        x: pydantic.networks.HttpUrl
    """,
    "classes of the project": """
        x: Color
        x: Color = Color.RED
        x: Color | None = Color.BLUE
        x: List[Optional[Color]]
        x: Level = Level.LOW
        x: Mode = Mode.FAST
        x: Shade = Shade.DARK
        x: Row
        x: Row = Row(1)
        x: Table
        x: Table = {"a": 1}
        x: Point
        x: Point = Point(1)
        x: Inner
        x: Inner = Inner(a=1)
        x: Tree
        x: list[Inner] = []
        x: Optional[Inner] = None
        x: dict[str, Inner]
        x: Union[Color, Inner, int] = 3
        x: Annotated[Inner, Field(description="a b")]
        x: Annotated[Inner | None, Field(description="a b")] = None
        x: Inner, y: Tree, z: Color
        Color: Color
        Inner: Inner
    """,
    "quoted annotations": """
        x: "int"
        x: "Optional[Inner]"
        x: "Inner | None" = None
        x: Optional["Inner"]
        x: Optional["int"]
        x: list["Inner"]
        x: list["int"]
        x: "list['Inner']"
        x: Annotated["int", Field(ge=1)]
        x: Annotated["Inner", Field(description="d")]
        x: "Optional[int]", y: "Undefined", z: "int | None", w: int, v: Optional[int]
        x: "Undefined", y: "typing.Optional[int]", z: "List[int]", w: "dict[str, int]" = None
    """,
    "defaults": """
        x=...
        x: int = "a"
        x=LIMIT, y=NAMES, z=WINDOW, w=START
        x=FIRST, y=SECOND
        x=Plain.LIMIT
        x=60 * 60 * 24, y=2**10, z=7 // 2, w=1 / 4
        x="a" "b", y="a" + "b", z=f"{FIRST}-{SECOND}", w="-" * 3
        x=[1, *NAMES], y=(1, 2), z={"a": 1, **{"b": 2}}
        x={1: 2, None: 3, True: 4, 1.5: 2, "a": (1, 2), Color.RED: 3}
        x={"b", "a"}
        x=[Color.RED, Level.LOW, Path("a"), date(2024, 1, 1), timedelta(1), Decimal("1.50"), b"a", None]
        x=[Row(1), Inner(a=1), Point(1)]
        x=datetime.datetime(2024, 1, 1, 1, 2, 3, 450, tzinfo=datetime.timezone.utc)
        x=datetime.datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=-3, minutes=-30)))
        x=date.fromisoformat("2024-01-01")
        x=time(1, 2, 3, 400)
        x=timedelta(days=-1, seconds=5), y=timedelta(days=400, microseconds=1), z=timedelta(0)
        x=UUID("12345678123456781234567812345678")
        x=int("3"), y=float(2), z=str(4), w=list((1, 2)), v=dict(a=1), u=set(), q=tuple([1])
        x=10**30
        x=lambda: 1
        x=helper
        x=print
        x=object()
        x=range(3)
        x=Color
        x=Inner
        x=Plain
        x=Plain()
        x=[Plain()]
        x=b"\\xff"
        x=timezone.utc
        x=Ellipsis
        x=Color("red")
        x=Inner(a=LIMIT, b="z")
    """,
}

# Every signature, with the theme that it belongs to.
LISTED = [(theme, line.strip()) for theme, lines in SIGNATURES.items() for line in lines.strip().splitlines()]


def all_listed() -> str:
    """A file with a flow for each signature: `f0`, `f1`, …"""
    flows = [
        f"\n\n@flow(validate_parameters=False)\ndef f{number}({signature}): ..."
        for number, (_, signature) in enumerate(LISTED)
    ]
    return PRELUDE + "".join(flows)
