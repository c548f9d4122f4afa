"""Classes, aliases and constants of a project, and a signature that uses them.

`KNOWN` are understood from the source alone; of `UNKNOWN` it does not tell enough, and they are loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent

KNOWN: Mapping[str, str] = {
    "an enumeration with several names for one value": """
        class E(Enum):
            A = 1
            B = 1
            C = 2
        def f(x: E): ...
    """,
    "a name for the value of a member": """
        class E(Enum):
            A = "a"
        DEFAULT = E.A.value
        def f(x: str = DEFAULT, y: str = E.A.value): ...
    """,
    "an enumeration of mixed values": """
        class E(Enum):
            A = "a"
            B = 2
            C = None
        def f(x: E = E.C): ...
    """,
    "an enumeration of tuples": """
        class E(Enum):
            A = (1, 2)
            B = (3, 4)
        def f(x: E = E.A): ...
    """,
    "an enumeration of dates": """
        class E(Enum):
            A = date(2024, 1, 1)
        def f(x: E = E.A): ...
    """,
    "an enumeration of numbers that count on": """
        class E(Enum):
            A = enum.auto()
            B = enum.auto()
            C = 10
            D = enum.auto()
        def f(x: E): ...
    """,
    "flags": """
        class E(enum.IntFlag):
            A = enum.auto()
            B = enum.auto()
            C = enum.auto()
        def f(x: E = E.B): ...
    """,
    "an enumeration with methods, and names that are no members": """
        class E(Enum):
            A = 1
            __hidden = 3
            _seen = 2
            typed: int = 5
            work = lambda self: 1
            loose: int

            def method(self): ...

            @property
            def label(self): ...
        def f(x: E): ...
    """,
    "an enumeration that inherits methods": """
        class Base(Enum):
            "Not inherited."

            def method(self): ...

        class E(str, Base):
            A = "a"
        def f(x: E = E.A, y: list[E] = [E.A]): ...
    """,
    "an enumeration whose members build on each other": """
        SIZE = 3
        class E(Enum):
            A = SIZE
            B = A + 1
        def f(x: E): ...
    """,
    "a model with everything that a field can say": """
        class Model(BaseModel):
            a: int = Field(
                3, gt=1, description="D", title="T", examples=[1], deprecated=True,
                json_schema_extra={"k": 1}, alias="al",
            )
            b: int = Field(validation_alias="bee", serialization_alias="sea")
            c: list[int] = Field(default_factory=list)
            d: date = date(2024, 1, 1)
            e_long2_name: str
            f: Color = Field(Color.RED, description="q")
            g: Color = Field(description="What it looks like.")
            h: Union[int, Inner]
            i: Optional[Inner] = None
            j: list[Inner] = []
            k: Decimal = Decimal("1.0")
            l: SecretStr = SecretStr("x")
            m: timedelta = timedelta(days=2)
            n: set[str] = {"b", "a"}
            o: Inner = Field(Inner(a=1), title="Inner")
            p: Optional[Color] = Field(None, description="What it looks like.")
            q: dict = {"a": Color.RED}
        def f(x: Model): ...
    """,
    "limits in the annotation and in the field": """
        class Model(BaseModel):
            a: Annotated[int, Field(ge=1, description="a")] = Field(5, ge=3)
            b: Annotated[int, Field(ge=1), Field(le=2)] = Field(1, ge=0, le=9, lt=100)
            c: Annotated[list[int], Field(min_length=1)] = Field(max_length=3)
        def f(x: Model): ...
    """,
    "what is no field of a model": """
        class Model(BaseModel):
            "Documented."

            model_config = ConfigDict(frozen=True)
            _private: int = 3
            _other = 4
            KIND: ClassVar[int] = 3
            fixed: te.Final[int]
            a: int
            "Documented too."

            class Nested(BaseModel):
                b: int

            @property
            def both(self): ...

            @pydantic.computed_field
            def computed(self) -> int: ...

            @pydantic.field_validator("a")
            def check(cls, value): ...

            @pydantic.field_validator("a", mode="before")
            def convert(cls, value): ...

            @pydantic.model_validator(mode="after")
            def whole(self): ...
        def f(x: Model, y: Model.Nested): ...
    """,
    "a model that is closed": """
        class Model(BaseModel):
            model_config = ConfigDict(
                extra="forbid", title="Shown", json_schema_extra={"examples": [{"a": 1}]}
            )
            a: int

        class Open(Model, extra="allow"):
            '''Indented

                more.
            '''
            b: int

        class Old(BaseModel):
            model_config = {"extra": "forbid"}

        class Older(BaseModel):
            class Config:
                extra = "forbid"
        def f(x: Model, y: Open, z: Old, w: Older): ...
    """,
    "models that inherit": """
        class Base(BaseModel):
            "Not inherited."
            a: int
            b: str = "x"

        class Mixin:
            def work(self): ...

        class Model(Mixin, Base):
            c: int
            a: str

        class Last(Model):
            b: int = 3
        def f(x: Model, y: Last, z: list[Base]): ...
    """,
    "models that hold themselves": """
        class Model(BaseModel):
            "Same."
            c: "list[Model]" = Field(default_factory=list, description="A")
            d: Optional["Model"] = Field(None, description="q", title="Model")
            e: "Model" = Field(title="Model", description="Same.")

        class Left(BaseModel):
            right: "Optional[Right]" = None

        class Right(BaseModel):
            left: Optional[Left] = None
        def f(x: Model, y: Left): ...
    """,
    "a model that holds a callable": """
        class Model(BaseModel):
            a: Callable

        class Choosy(BaseModel):
            a: Union[Inner, Callable]
        def f(x: Model, z: Optional[Model], w: list[Model] = [], v: Choosy = None): ...
    """,
    "a model that allows objects": """
        class Model(BaseModel):
            model_config = ConfigDict(arbitrary_types_allowed=True)
            a: Plain
            b: Optional[Plain] = None
        def f(x: Model): ...
    """,
    "defaults that are models": """
        class Model(BaseModel):
            a: int = 1
            c: Optional[Inner] = None
            d: list[Inner] = [Inner(a=1)]
            e: Color = Color.RED
            f: dict[str, int] = Field(default_factory=dict)
            h: Literal["a", "b"] = "b"
        def f(x: Model = Model(), y: Model = Model(a=3, d=[], e=Color.BLUE, c=Inner(a=2))): ...
    """,
    "dataclasses": """
        @dataclass
        class Base:
            a: int

        @dataclass(frozen=False, order=True)
        class Data(Base):
            b: "int" = 3
            c: Optional["Data"] = None
            d: dc.InitVar[int] = 3
            e: int = dc.field(init=False, default=3)
            f: ClassVar[int] = 1
            g: int = dc.field(default=2)
            _h: int = 0
            i: int = Field(3, description="q")
            j: Annotated[int, Field(description="d")] = dc.field(default=3)
            k: Plain = None
            CONSTANT = 3

            def method(self): ...
        def f(x: Data, y: Base = Base(3)): ...
    """,
    "a dataclass of pydantic": """
        from pydantic.dataclasses import dataclass as checked

        @checked
        class Data:
            "d"
            a: int = Field(3, ge=1)
        def f(x: Data): ...
    """,
    "typed dictionaries": """
        class Some(te.TypedDict, total=False):
            a: int
            b: te.Required[Inner]
            c: Annotated[int, Field(description="d")]

        class More(Some):
            d: int
            e: "te.NotRequired[Optional[More]]"
        def f(x: Some, y: More, z: Some = Some(a=1)): ...
    """,
    "named tuples": """
        class Pair(NamedTuple):
            "Not shown."
            a: "int"
            b: Optional["Pair"] = None
            c: Optional[Inner] = None
            d: Annotated[int, Field(description="d", ge=3)] = 3
        def f(x: Pair, y: Pair = Pair(1, Pair(2))): ...
    """,
    "aliases": """
        X = int
        Y = Optional[X]
        Z: TypeAlias = list[Y]
        Id = NewType("Id", Inner)
        Other = NewType("Other", Id)
        Table_ = te.TypeAliasType("Table_", dict[str, "Table_"] | None)
        def f(x: X, y: Y, z: Z, w: Id, v: Other, u: list[Table_]): ...
    """,
    "names bound in one of two ways": """
        import sys
        from typing import TYPE_CHECKING

        try:
            from typing import Annotated as Noted
        except ImportError:
            from typing_extensions import Annotated as Noted
        if sys.version_info >= (3, 9):
            Whole = list[int]
        else:
            Whole = List[str]
        if TYPE_CHECKING:
            from nowhere import Nothing
        else:
            Nothing = float
        with open(__import__("os").devnull) as _file:
            Inside = str
        def f(x: Noted[int, Field(ge=1)], y: Whole, z: Nothing, w: Inside): ...
    """,
    "a name that is bound anew": """
        Thing = int
        Thing = str
        def f(x: Thing): ...
    """,
    "names of a type that is not there": """
        from typing import TYPE_CHECKING

        if TYPE_CHECKING:
            from nowhere import Frame
        def f(x: "Frame", y: "Optional[int]", z: "int | None" = None, w: Optional[int] = None): ...
    """,
    "a return type that is not there": """
        from typing import TYPE_CHECKING

        if TYPE_CHECKING:
            from nowhere import Frame

        def f(x: "Optional[int]", y: "list[int]") -> "Frame": ...
    """,
    "a description in the documentation": """
        def f(x: int, Inner: Inner, y=Field(description="mine"), *args):
            '''Do it.

            Args:
                x: The first one,
                    on two lines.
                Inner (Inner): The inner one.
                y: not shown
                *args: not found
            '''
    """,
    "the description of the class itself": """
        def f(inner: Inner, Color: Color):
            '''Args:
                inner: The inner one.
                Color: What it looks like.
            '''
    """,
    "limits that a type does not understand": """
        Few = Annotated[Color, Field(ge=1)]
        def f(x: Annotated[Any, Field(ge=1)], y: Annotated[str, Field(ge=1)], z: Few): ...
    """,
    "unions of types that are alike": """
        Same = Union[Inner, Inner]
        def f(x: Union[int, int], y: Union[List[int], list[int]], z: Union[int, UserId], w: Same): ...
    """,
    "a limit behind a validator": """
        def f(x: Annotated[int, AfterValidator(abs), Field(ge=1)]): ...
    """,
    "a schema of its own": """
        def f(x: Annotated[int, pydantic.WithJsonSchema({"type": "number"})]): ...
    """,
    "a field that accepts something else": """
        class Model(BaseModel):
            a: int

            @pydantic.field_validator("a", mode="plain")
            def accept(cls, value): ...

        def f(x: Model, y: int): ...
    """,
    "types with a tag": """
        class Cat(BaseModel):
            kind: Literal["cat"]

        class Dog(BaseModel):
            kind: Literal["dog"]

        def f(x: Annotated[Union[Cat, Dog], Field(discriminator="kind")]): ...
    """,
    "a model of one thing": """
        class Root(pydantic.RootModel[list[int]]):
            "d"

        def f(x: Root): ...
    """,
    "a generic model": """
        class Box(BaseModel, typing.Generic[Anything]):
            a: Anything

        def f(x: Box[int], y: Box): ...
    """,
    "names that a generator makes": """
        class Model(BaseModel):
            model_config = ConfigDict(alias_generator=str.upper)
            a: int

        def f(x: Model): ...
    """,
    "a dataclass inside a closed model": """
        class Model(BaseModel):
            model_config = ConfigDict(extra="forbid")
            a: Point

        def f(x: Model): ...
    """,
    "a default worked out when the file runs": """
        def f(x=sorted([3, 1]), y=len("abc"), z=max(NAMES)): ...
    """,
    "a default with many members": """
        def f(x={"a": {3, 1, 2}}): ...
    """,
    "an object that converts what it gets": """
        class Model(BaseModel):
            a: float = 1

        def f(x: Model = Model(), y: Inner = Inner(a="3")): ...
    """,
    "an enumeration without members": """
        class E(Enum): ...

        def f(x: E): ...
    """,
    "a model that holds a callable, in a union": """
        class Model(BaseModel):
            a: Callable

        class Tree_(BaseModel):
            a: Callable
            b: "Tree_"

        def f(x: Union[int, Model], y: Union[int, Tree_]): ...
    """,
    "fields in another order": """
        @dataclass(kw_only=True)
        class Data:
            a: int
            b: int = Field(title="B")

        @dataclass
        class Marked:
            a: int
            _: dc.KW_ONLY
            b: int

        def f(x: Data, y: Marked): ...
    """,
    "a field that is set once and for all": """
        class Model(BaseModel):
            a: te.Final[int] = 3
            b: int

        def f(x: Model): ...
    """,
    "a name in the body of a class": """
        class Model(BaseModel):
            date: Optional[date] = None
            other: Optional[date] = None

        def f(x: Model): ...
    """,
    "an annotation that is an expression": """
        TYPES = {"a": int}

        def f(x: TYPES["a"], y: (int if NAMES else str)): ...
    """,
    "an old model inside a new signature": """
        from pydantic.v1 import BaseModel as Old

        class Model(Old):
            a: int = 3

        def f(x: Model, y: list[Model], copy: int = 3): ...
    """,
}

UNKNOWN: Mapping[str, str] = {
    "a class that makes its own schema": """
        class Own:
            @classmethod
            def __get_pydantic_core_schema__(cls, source, handler):
                return handler(int)

        def f(x: Own, y: list[Own] = []): ...
    """,
    "two classes of one name": """
        class Outer:
            class Inner(BaseModel):
                z: int

        def f(x: Outer.Inner, y: Inner): ...
    """,
    "a class called like the signature": """
        class Parameters(BaseModel):
            a: int

        def f(x: Parameters): ...
    """,
    "a class changed after its definition": """
        class Model(BaseModel):
            a: int

        Model.__doc__ = "Late."

        def f(x: Model): ...
    """,
    "a default that was changed": """
        THINGS = [1]
        THINGS.append(2)
        MORE = {}
        MORE["a"] = 1

        def f(x=THINGS, y=MORE): ...
    """,
    "a default that a function may change": """
        COUNT = 1

        def count():
            global COUNT
            COUNT = 2

        count()

        def f(x=COUNT): ...
    """,
    "an object with a constructor of its own": """
        @dataclass
        class Data:
            a: int

            def __post_init__(self):
                self.a += 1

        def f(x: Data = Data(1)): ...
    """,
    "an enumeration that makes its values": """
        class E(Enum):
            A = "a"

            def __new__(cls, value):
                made = object.__new__(cls)
                made._value_ = value * 2
                return made

        def f(x: E): ...
    """,
    "a decorator that replaces the signature": """
        def replacing(function):
            def other(a: int, b: str = "x"): ...
            return other

        @replacing
        def f(x: Inner): ...
    """,
    "a name with a value in two places": """
        import os

        if os.environ.get("NEVER_SET_ANYWHERE"):
            Thing = int
        else:
            Thing = str

        def f(x: Thing): ...
    """,
    "a block of Prefect": """
        from prefect.filesystems import LocalFileSystem

        def f(x: LocalFileSystem): ...
    """,
    "a type of an installed package": """
        from pydantic_core import Url
        from prefect.states import State

        def f(x: State, y: Url, z: int = 3): ...
    """,
}


def source(case: str, head: str, *, decorator: str = "@flow(validate_parameters=False)") -> str:
    """The whole file: *head*, the declarations of *case*, and its function as a flow."""
    declared, _, function = dedent(case).rpartition("def f(")
    before, at, above = declared.rpartition("\n@")
    if at and not above.partition("\n")[2].strip():
        return f"{head}\n{before}\n{decorator}\n@{above}def f({function}"
    return f"{head}\n{declared}{decorator}\ndef f({function}"
