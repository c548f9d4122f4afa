"""The types of Python and pydantic whose schema is known by heart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from syntask_yaml.project.flows.schema.shape import (
    ANYTHING,
    NULL,
    OPAQUE,
    Array,
    Described,
    Fixed,
    JsonText,
    Shape,
    Table,
    choice,
)
from syntask_yaml.project.flows.source.symbol import Unknowable

INTEGER = Fixed({"type": "integer"}, "integer")
NUMBER = Fixed({"type": "number"}, "number")
TEXT = Fixed({"type": "string"}, "string")
BOOLEAN = Fixed({"type": "boolean"}, "boolean")
BYTES = Fixed({"type": "string", "format": "binary"}, "bytes")
DECIMAL = Fixed({"anyOf": [{"type": "number"}, {"type": "string"}]}, "decimal")


def _text(format: str, family: str = "") -> Fixed:
    return Fixed({"type": "string", "format": format}, family)


def _url(length: int | None = None, format: str = "uri") -> Fixed:
    most = {} if length is None else {"maxLength": length}
    return Fixed({"type": "string", "format": format, "minLength": 1, **most}, "url")


def _int(**limits: int) -> Fixed:
    return Fixed({"type": "integer", **limits}, "integer")


def _float(**limits: int) -> Fixed:
    return Fixed({"type": "number", **limits}, "number")


SECRET = Fixed({"type": "string", "format": "password", "writeOnly": True}, "secret")
DATE, TIME = _text("date", "temporal"), _text("time", "temporal")
MOMENT, LENGTH_OF_TIME = _text("date-time", "temporal"), _text("duration", "temporal")
UUID, PATH = _text("uuid", "uuid"), _text("path", "path")

FIXED: Mapping[str, Shape] = {
    "typing.Any": ANYTHING,
    "builtins.object": ANYTHING,
    "types.NoneType": NULL,
    "builtins.bool": BOOLEAN,
    "builtins.int": INTEGER,
    "builtins.float": NUMBER,
    "builtins.str": TEXT,
    "builtins.bytes": BYTES,
    "builtins.complex": Fixed({"type": "string"}),
    "builtins.type": ANYTHING,
    "typing.AnyStr": choice(BYTES, TEXT),
    "typing.Hashable": ANYTHING,
    "collections.abc.Hashable": ANYTHING,
    "datetime.date": DATE,
    "datetime.datetime": MOMENT,
    "datetime.time": TIME,
    "datetime.timedelta": LENGTH_OF_TIME,
    "decimal.Decimal": DECIMAL,
    "fractions.Fraction": Fixed({"anyOf": [{"type": "number"}, {"type": "string", "format": "fraction"}]}),
    "uuid.UUID": UUID,
    "os.PathLike": PATH,
    "pathlib.Path": PATH,
    "pathlib.PosixPath": PATH,
    "pathlib.PurePath": PATH,
    "pathlib.PurePosixPath": PATH,
    "pathlib.PureWindowsPath": PATH,
    "pathlib.WindowsPath": PATH,
    "re.Pattern": _text("regex"),
    "zoneinfo.ZoneInfo": _text("zoneinfo"),
    "ipaddress.IPv4Address": _text("ipv4"),
    "ipaddress.IPv4Interface": _text("ipv4interface"),
    "ipaddress.IPv4Network": _text("ipv4network"),
    "ipaddress.IPv6Address": _text("ipv6"),
    "ipaddress.IPv6Interface": _text("ipv6interface"),
    "ipaddress.IPv6Network": _text("ipv6network"),
    "pydantic.AnyUrl": _url(),
    "pydantic.AnyHttpUrl": _url(),
    "pydantic.AnyWebsocketUrl": _url(),
    "pydantic.AmqpDsn": _url(),
    "pydantic.FileUrl": _url(),
    "pydantic.FtpUrl": _url(),
    "pydantic.HttpUrl": _url(2083),
    "pydantic.MySQLDsn": _url(),
    "pydantic.RedisDsn": _url(),
    "pydantic.MongoDsn": _url(format="multi-host-uri"),
    "pydantic.PostgresDsn": _url(format="multi-host-uri"),
    "pydantic.AwareDatetime": MOMENT,
    "pydantic.NaiveDatetime": MOMENT,
    "pydantic.FutureDate": DATE,
    "pydantic.FutureDatetime": MOMENT,
    "pydantic.PastDate": DATE,
    "pydantic.PastDatetime": MOMENT,
    "pydantic.DirectoryPath": _text("directory-path"),
    "pydantic.FilePath": _text("file-path"),
    "pydantic.NewPath": _text("path"),
    "pydantic.EmailStr": _text("email"),
    "pydantic.NameEmail": _text("name-email"),
    "pydantic.FiniteFloat": NUMBER,
    "pydantic.ImportString": Fixed({"type": "string"}),
    "pydantic.IPvAnyAddress": _text("ipvanyaddress"),
    "pydantic.IPvAnyInterface": _text("ipvanyinterface"),
    "pydantic.IPvAnyNetwork": _text("ipvanynetwork"),
    "pydantic.NegativeFloat": _float(exclusiveMaximum=0),
    "pydantic.NegativeInt": _int(exclusiveMaximum=0),
    "pydantic.NonNegativeFloat": _float(minimum=0),
    "pydantic.NonNegativeInt": _int(minimum=0),
    "pydantic.NonPositiveFloat": _float(maximum=0),
    "pydantic.NonPositiveInt": _int(maximum=0),
    "pydantic.PositiveFloat": _float(exclusiveMinimum=0),
    "pydantic.PositiveInt": _int(exclusiveMinimum=0),
    "pydantic.SecretBytes": SECRET,
    "pydantic.SecretStr": SECRET,
    "pydantic.StrictBool": BOOLEAN,
    "pydantic.StrictBytes": BYTES,
    "pydantic.StrictFloat": NUMBER,
    "pydantic.StrictInt": INTEGER,
    "pydantic.StrictStr": TEXT,
    "pydantic.UUID1": _text("uuid1"),
    "pydantic.UUID3": _text("uuid3"),
    "pydantic.UUID4": _text("uuid4"),
    "pydantic.UUID5": _text("uuid5"),
}

# Calls that make a limited type, and of which.
CONSTRAINED: Mapping[str, Shape] = {
    "pydantic.conbytes": BYTES,
    "pydantic.condate": DATE,
    "pydantic.condecimal": DECIMAL,
    "pydantic.confloat": NUMBER,
    "pydantic.conint": INTEGER,
    "pydantic.constr": TEXT,
}
# Calls that make a limited container, and whether its items are all different.
CONTAINERS: Mapping[str, bool] = {
    "pydantic.confrozenset": True,
    "pydantic.conlist": False,
    "pydantic.conset": True,
}

# Classes that are asked for by `isinstance` alone.
_OPAQUE: Mapping[str, str] = {
    "argparse": "Namespace",
    "asyncio": "Event Lock Queue Semaphore",
    "builtins": "BaseException Exception RuntimeError TypeError ValueError bytearray memoryview range slice",
    "collections": "ChainMap",
    "collections.abc": (
        "AsyncGenerator AsyncIterable AsyncIterator Awaitable ByteString Collection Container Coroutine"
        " ItemsView Iterator KeysView Reversible Sized ValuesView"
    ),
    "datetime": "timezone tzinfo",
    "io": "BytesIO StringIO TextIOWrapper",
    "logging": "Logger",
    "queue": "Queue",
    "threading": "Event",
    "types": "ModuleType SimpleNamespace",
    "typing": "IO TextIO BinaryIO NoReturn Never LiteralString ByteString",
}
OPAQUE_TYPES = frozenset(f"{module}.{name}" for module, names in _OPAQUE.items() for name in names.split())

# What makes nothing of the types in brackets behind it.
INDIFFERENT = OPAQUE_TYPES | {"os.PathLike", "re.Pattern"}


Maker: TypeAlias = Callable[[Sequence[Shape]], Shape]


def _array(arguments: Sequence[Shape]) -> Shape:
    return Array(_only(arguments))


def _unique(arguments: Sequence[Shape]) -> Shape:
    return Array(_only(arguments), is_unique=True)


def _generator(arguments: Sequence[Shape]) -> Shape:
    return Array(arguments[0] if arguments else ANYTHING)


def _table(arguments: Sequence[Shape]) -> Shape:
    key, value = arguments or (ANYTHING, ANYTHING)
    return Table(key, value)


def _counter(arguments: Sequence[Shape]) -> Shape:
    return Table(_only(arguments), INTEGER)


def _json(arguments: Sequence[Shape]) -> Shape:
    inner = _only(arguments)
    # `Json[…]` is itself an `Annotated[…]`: what is said of its content would be said of it.
    if isinstance(inner, Described):
        raise Unknowable("what is said of the content of `Json[…]` is not known from the source")
    return JsonText(inner)


def _optional(arguments: Sequence[Shape]) -> Shape:
    return choice(_only(arguments), NULL)


def _union(arguments: Sequence[Shape]) -> Shape:
    return choice(*arguments)


def _only(arguments: Sequence[Shape]) -> Shape:
    (argument,) = arguments or (ANYTHING,)
    return argument


# What a class makes of the types in brackets behind it, or of none.
GENERIC: Mapping[str, Maker] = {
    "builtins.dict": _table,
    "builtins.frozenset": _unique,
    "builtins.list": _array,
    "builtins.set": _unique,
    "collections.Counter": _counter,
    "collections.OrderedDict": _table,
    "collections.abc.Generator": _generator,
    "collections.abc.Iterable": _array,
    "collections.abc.Mapping": _table,
    "collections.abc.MutableMapping": _table,
    "collections.abc.MutableSequence": _array,
    "collections.abc.MutableSet": _unique,
    "collections.abc.Sequence": _array,
    "collections.abc.Set": _unique,
    "collections.deque": _array,
    "pydantic.Json": _json,
}
# The same for what is no class, and means nothing without its brackets.
FORMS: Mapping[str, Maker] = {
    "typing.Optional": _optional,
    "typing.Union": _union,
}


def fixed(name: str) -> Shape:
    """The shape of the class *name* with nothing in brackets; raises `Unknowable`."""
    if name in FIXED:
        return FIXED[name]
    if name in OPAQUE_TYPES:
        return OPAQUE
    return generic(name, (), GENERIC)


def generic(
    name: str,
    arguments: Sequence[Shape],
    makers: Mapping[str, Maker] = {**GENERIC, **FORMS},
) -> Shape:
    """The shape of *name* with *arguments* in brackets; raises `Unknowable`."""
    try:
        return makers[name](arguments)
    except (KeyError, ValueError) as error:
        raise Unknowable(f"the type `{name}` is not defined in this project") from error
