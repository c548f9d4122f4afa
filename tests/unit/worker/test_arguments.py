"""The arguments that a flow is called with are those that Prefect makes of the same parameters."""

from __future__ import annotations

import subprocess
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from syntask_yaml.errors import ParametersInvalid
from syntask_yaml.worker.invoke_flow import bind
from tests.unit.project.flows.judge import silence

# What flows import and declare.
_PRELUDE = """
import collections, datetime, decimal, enum, fractions, ipaddress, pathlib, re, typing, uuid
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Annotated, Any, Literal, NamedTuple, NewType, Optional, Union
import pydantic
from pydantic import AnyUrl, BaseModel, Field, HttpUrl, PositiveInt, SecretBytes, SecretStr, conlist, constr
from typing_extensions import TypedDict

class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"

class Level(enum.IntEnum):
    LOW = 1

class Mode(str, enum.Enum):
    FAST = "fast"

class Job(BaseModel):
    name: str
    retries: int = 2

class Strict(BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", strict=True)
    rows: int

class Tree(BaseModel):
    value: int
    below: list["Tree"] = []

@dataclass
class Window:
    start: date
    length: timedelta = timedelta(hours=1)

class Row(NamedTuple):
    when: date
    count: int = 1

class Options(TypedDict, total=False):
    day: date

class Cat(BaseModel):
    kind: Literal["cat"]

class Dog(BaseModel):
    kind: Literal["dog"]

class Odd:
    @classmethod
    def __get_pydantic_core_schema__(cls, source, handler):
        raise TypeError("no schema")

Name = NewType("Name", str)
Short = Annotated[str, Field(max_length=3)]
"""

_DAY, _MOMENT, _ID = "2026-01-02", "2026-01-02T03:04:05+01:00", "12345678-1234-5678-1234-567812345678"

# An annotation, and values to give: what JSON has, fitting and not.
_TABLE: Mapping[str, tuple[Any, ...]] = {
    "str": ("a", 1, None, ["a"]),
    "int": (1, "5", 3.0, 3.5, "x", True, None, 10**30),
    "float": (1, 1.5, "2.5", "inf", "x", None),
    "bool": (True, "true", "yes", 1, 2, "maybe", None),
    "bytes": ("ab", 1, None),
    "None": (None, 0),
    "Any": (1, {"a": [1]}, None),
    "object": (1, "a"),
    "list": ([1, "a"], (), "ab", None),
    "dict": ({"a": 1}, [1]),
    "tuple": ([1, 2], "ab"),
    "set": ([1, 1], {"a": 1}),
    "frozenset": ([1, 1],),
    "list[int]": ([1, 2], ["1"], ["x"], "12"),
    "list[date]": ([_DAY], ["soon"], []),
    "typing.List": ([1],),
    "tuple[int, str]": ([1, "a"], ["1", "a"], [1], [1, "a", 2]),
    "tuple[int, ...]": (["1", 2], ["x"]),
    "set[int]": (["1", 1], ["x"]),
    "frozenset[Colour]": (["red"], ["grey"]),
    "Sequence[Job]": ([{"name": "a"}], [{"nam": "a"}], "a"),
    "Sequence[date]": ([_DAY], ["soon"]),
    "Iterable[str]": (["a", "b"],),
    "Set[int]": (["1", 2],),
    "collections.deque[int]": (["1", 2],),
    "Mapping[str, Job]": ({"x": {"name": "a"}}, {"x": {}}),
    "Mapping[str, date]": ({"x": _DAY}, {"x": "soon"}),
    "dict[int, str]": ({"1": "a"}, {"x": "a"}),
    "dict[Colour, int]": ({"red": "1"}, {"grey": 1}),
    "dict[date, list[Level]]": ({_DAY: [1]}, {_DAY: [9]}),
    "dict[str, Any]": ({"a": None},),
    "collections.defaultdict[str, int]": ({"a": "1"},),
    "collections.OrderedDict[str, int]": ({"a": "1"},),
    "collections.Counter[str]": ({"a": 1},),
    "Colour": ("red", "RED", 1, None),
    "Level": (1, "1", 2),
    "Mode": ("fast", "slow"),
    "Literal['a', 'b', 1]": ("a", 1, "1", "c"),
    "Literal[Colour.RED]": ("red", "blue"),
    "Optional[int]": (None, 1, "1", "x"),
    "int | str": (1, "1", 1.5, None, True),
    "str | int": (1, "1", None),
    "int | float": (1, 1.0, "1", "1.5", True),
    "date | str": (_DAY, "soon", 1),
    "date | None": (_DAY, "soon", None),
    "datetime.datetime | None": (_MOMENT, _DAY, "yesterday noon", 0, None),
    "time | None": ("03:04", "25:00"),
    "uuid.UUID | None": (_ID, "zz"),
    "Job | str": ({"name": "a"}, "a", 1),
    "dict[str, int] | Job": ({"name": 1}, {"name": "a"}),
    "list[Job] | Job": ([{"name": "a"}], {"name": "a"}, "a"),
    "Union[Cat, Dog]": ({"kind": "dog"}, {"kind": "cow"}),
    "Annotated[Union[Cat, Dog], Field(discriminator='kind')]": ({"kind": "dog"}, {"kind": "cow"}, {}),
    "datetime.datetime": (_MOMENT, _DAY, "2026-01-02 03:04:05", 1767322800, "soon", None),
    "date": (_DAY, "2026-02-30", "2026-01-02T00:00:00", _MOMENT, 86400, "soon"),
    "time": ("03:04:05", "25:00", 60),
    "timedelta": ("PT1H", "1:30:00", 90, 1.5, "15m", "nonsense"),
    "datetime.tzinfo": ("UTC",),
    "decimal.Decimal": ("1.50", 1, 1.5, "abc"),
    "fractions.Fraction": ("1/3", "x"),
    "complex": ("1+2j", "x"),
    "uuid.UUID": (_ID, "zz", 1),
    "pathlib.Path": ("a/b", 1),
    "pathlib.PurePosixPath": ("a/b",),
    "re.Pattern": ("a+", "("),
    "re.Pattern[str]": ("a+", "("),
    "ipaddress.IPv4Address": ("127.0.0.1", "300.0.0.1"),
    "ipaddress.IPv6Network": ("2001:db8::/32", "x"),
    "HttpUrl": ("https://example.com/a", "example"),
    "AnyUrl": ("ftp://example.com",),
    "SecretStr": ("abcd", 1),
    "SecretBytes": ("abcd",),
    "PositiveInt": (1, "2", 0),
    "constr(pattern='^a')": ("ab", "b"),
    "conlist(int, min_length=1)": (["1"], []),
    "Annotated[int, Field(gt=3)]": (4, "4", 2),
    "Short": ("abc", "abcd"),
    "Name": ("a", 1),
    "Job": ({"name": "a"}, {"name": "a", "retries": "3"}, {}, {"name": "a", "more": 1}, "a", None),
    "Strict": ({"rows": 1}, {"rows": "1"}, {"rows": 1, "more": 1}),
    "Tree": ({"value": "1", "below": [{"value": 2}]}, {"value": 1, "below": [{}]}),
    "Window": ({"start": _DAY}, {"start": _DAY, "length": "PT2H"}, {"end": _DAY}, "x"),
    "Row": ([_DAY], [_DAY, "2"], {"when": _DAY}, ["soon"]),
    "Options": ({"day": _DAY}, {}, {"day": "soon"}, {"month": 1}),
    "type[int]": ("int",),
    "typing.Callable": ("print",),
    "typing.Hashable": ("a",),
    "pydantic.Json": ('{"a": 1}', "{"),
    "pydantic.ImportString": ("math.pi", "no.such"),
    "pydantic.ByteSize": ("1GB", 5, "x"),
    "pydantic.FilePath": ("/no/such",),
    "pydantic.AwareDatetime": (_MOMENT, "2026-01-02T03:04:05"),
    "pydantic.JsonValue": ({"a": [1, None]},),
    "enum.Enum": ("red",),
    "pydantic.StrictInt": (1, "1", 1.0),
    "pydantic.InstanceOf[int]": (1, "1"),
    "pydantic.SkipValidation[int]": ("x", 1),
    "pydantic.conset(int, min_length=1)": (["1", "1"], []),
    "pydantic.Base64Bytes": ("YWI=", "%"),
    "pydantic.PastDate": ("2001-01-01", "2999-01-01"),
    "pydantic.IPvAnyAddress": ("::1", "x"),
    "pydantic.Json[list[int]]": ("[1]", "{}"),
    "Annotated[str, pydantic.AfterValidator(str.upper)]": ("ab", 1),
    "Annotated[list[int], pydantic.BeforeValidator(lambda text: text.split(','))]": ("1,2",),
    "Annotated[timedelta, Field(le=timedelta(hours=1))]": ("PT30M", "PT2H"),
    "uuid.UUID | int": (_ID, "5", 5, "x"),
    "fractions.Fraction | float": ("1/3", 0.5),
    "decimal.Decimal | None": ("1.5", "abc", None),
    "SecretStr | None": ("a", None),
    "Optional[Sequence[Job]]": (None, [{"name": "a"}], ["a"]),
    "dict[str, list[Job | None]]": ({"k": [None, {"name": "a"}]}, {"k": [5]}),
    "dict[int, dict[date, Job]]": ({"1": {_DAY: {"name": "a"}}}, {"1": {"x": {}}}),
    "set[tuple[int, str]]": ([["1", "a"]], [["a"]]),
    "tuple[()]": ([], [1]),
    "typing.MutableSequence[int]": (["1"], ["x"]),
    "typing.Collection[int]": (["1"],),
    "collections.ChainMap[str, int]": ({"a": "1"},),
    "re.Pattern[bytes]": ("a+",),
    "bytearray": ("ab",),
    "range": ([1, 2],),
    "type[Job]": ("Job",),
    "'Job'": ({"name": "a"}, {"name": 1}),
}

# A parameter with a default that is left out.
_DEFAULTS = (
    "x: Job = {'name': 'a'}",
    "x: int = '5'",
    "x: int = None",
    "x: Optional[date] = None",
    "x: Colour = 'red'",
    "x: Colour = Colour.BLUE",
    "x: list[date] = ['2026-01-02']",
    "x: timedelta = 60",
    "x: int = Field(default=3, description='of rows')",
    "x: int = Field(default='4')",
    "x: Annotated[int, Field(gt=3)] = 2",
    "x='5'",
    "*, x: date = '2026-01-02'",
)

_DEFERRED = "from __future__ import annotations\n"


def _function(signature: str, *, deferred: bool) -> Callable[..., Any]:
    module = types.ModuleType("flows_of_the_table")
    sys.modules[module.__name__] = module
    source = f"{_DEFERRED if deferred else ''}{_PRELUDE}\ndef f({signature}): ...\n"
    exec(compile(source, "flows.py", "exec", dont_inherit=True), vars(module))
    function: Callable[..., Any] = module.f
    return function


def _prefects(function: Callable[..., Any], parameters: Mapping[str, Any]) -> Any:
    """What Prefect calls *function* with; None where it refuses."""
    with silence():
        from prefect import Flow
        from prefect.exceptions import ParameterBindError, ParameterTypeError
        from prefect.utilities.callables import get_call_parameters

        flow: Any = Flow(function)
        try:
            return flow.validate_parameters(get_call_parameters(flow.fn, (), dict(parameters)))
        except (ParameterBindError, ParameterTypeError):
            return None


def _ours(function: Callable[..., Any], parameters: Mapping[str, Any]) -> Any:
    with silence():
        try:
            return dict(bind(function, parameters).arguments)
        except ParametersInvalid:
            return None


def _shown(value: Any) -> str:
    """*value* with the types of all that is in it; iterators that pydantic makes, by what they yield."""
    if isinstance(value, dict):
        items = ", ".join(f"{_shown(key)}: {_shown(item)}" for key, item in value.items())
        return f"{type(value).__name__}({items})"
    if isinstance(value, Iterator):
        return f"iterator({_shown(list(value))})"
    if isinstance(value, (list, tuple)):
        return f"{type(value).__name__}({', '.join(map(_shown, value))})"
    if hasattr(value, "get_secret_value"):
        return f"{type(value).__name__}({value.get_secret_value()!r})"
    return f"{type(value).__name__} {value!r}"


@pytest.mark.parametrize("deferred", [False, True], ids=["evaluated", "deferred"])
@pytest.mark.parametrize("annotation", _TABLE)
def test_values_arrive_as_under_prefect(annotation: str, deferred: bool) -> None:
    """Converted, or refused, and the same inside an annotation that is text until it is asked for."""
    function = _function(f"x: {annotation}", deferred=deferred)

    for value in _TABLE[annotation]:
        assert _shown(_ours(function, {"x": value})) == _shown(_prefects(function, {"x": value})), value


@pytest.mark.parametrize("signature", _DEFAULTS)
def test_defaults_arrive_as_under_prefect(signature: str) -> None:
    """They are converted, too, and one that does not fit is refused."""
    function = _function(signature, deferred=False)

    assert _shown(_ours(function, {})) == _shown(_prefects(function, {}))


def test_an_annotation_that_cannot_be_evaluated_leaves_the_others_converted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The log names the parameter and why."""
    function = _function("frame: DataFrame, day: date, more: 'list[Nothing] | None' = None", deferred=True)

    arguments = bind(function, {"frame": {"a": 1}, "day": _DAY}).arguments

    assert "dict(str 'frame': dict(str 'a': int 1), str 'day': date datetime.date(2026, 1, 2)" in _shown(
        arguments
    )
    assert [record.getMessage() for record in caplog.records] == [
        f"The annotation of the parameter `{name}` cannot be used; its value is passed unchanged. "
        f"NameError: name '{missing}' is not defined"
        for name, missing in (("frame", "DataFrame"), ("more", "Nothing"))
    ]


def test_an_annotation_that_pydantic_does_not_know_is_named_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Prefect refuses such a flow when it is loaded; here its values arrive as they are."""
    function = _function("x: Odd, day: date", deferred=False)

    assert bind(function, {"x": 1, "day": _DAY}).arguments["x"] == 1
    assert "`x` cannot be used" in caplog.text


def test_every_parameter_that_does_not_fit_is_named() -> None:
    """With the place inside it, and without its value, which may be a secret."""
    function = _function("jobs: Sequence[Job], when: date | None, token: SecretStr, n: int", deferred=True)

    with pytest.raises(ParametersInvalid) as raised:
        bind(function, {"jobs": [{}, {"name": 5}], "when": "hush", "token": ["hush"], "n": 1})

    lines = raised.value.detail.splitlines()
    assert [line.partition(" does")[0] for line in lines] == [
        "`jobs[0].name`",
        "`jobs[1].name`",
        "`when`",
        "`token`",
    ]
    assert "hush" not in raised.value.detail


def test_what_is_given_to_open_parameters_arrives_as_it_is() -> None:
    """As under Prefect, which does not convert it."""
    function = _function("day: date, **more: int", deferred=False)

    arguments = bind(function, {"day": _DAY, "a": "1"}).arguments

    assert _shown(arguments) == _shown({"day": arguments["day"], "a": "1"})


def test_a_prefect_flow_takes_the_default_inside_a_field() -> None:
    """Its own check is made with what Prefect would call it with."""
    with silence():
        from prefect import Flow

        flow: Any = Flow(_function("x: int = Field(default=3)", deferred=False))

    assert bind(flow, {}).arguments == {}


@pytest.mark.parametrize(
    ("annotation", "value", "expected"),
    [
        ("date | None", _DAY, "date datetime.date(2026, 1, 2)"),
        ("date | None", "soon", "NoneType None"),
        ("dict[str, Colour]", {"a": "red"}, "dict(str 'a': Colour <Colour.RED: 'red'>)"),
        ("int", "many", "str 'many'"),
    ],
)
def test_the_common_types_are_converted_without_pydantic(
    annotation: str, value: Any, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The Python of a run may have none."""
    function = _function(f"x: {annotation}", deferred=False)
    monkeypatch.setitem(sys.modules, "pydantic", None)

    arguments = _ours(function, {"x": value})

    assert _shown(arguments and arguments["x"]) == expected


def test_values_that_need_no_conversion_do_not_load_pydantic() -> None:
    """It takes longer to load than most runs of a small flow."""
    program = (
        "import sys; from syntask_yaml.worker.invoke_flow import bind\n"
        "def f(a: str, b: list[int], c: dict[str, float] | None = None, *, d=1, e: int | None = 2): ...\n"
        "bind(f, {'a': 'x', 'b': [1]}); sys.exit('pydantic' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
