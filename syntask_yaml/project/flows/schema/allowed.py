"""The allowlist of names and calls that a signature may use when it is evaluated.

Nothing in it reads the environment, a file or the clock, or executes its arguments.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from syntask_yaml.project.flows.schema.constants import CONSTANTS, MAKERS, OPAQUE_MAKERS
from syntask_yaml.pysource.symbols import Unknowable

# Modules whose classes may be used. Other constants and functions of them are ignored.
MODULES = frozenset(
    (
        "abc annotated_types argparse asyncio builtins collections collections.abc dataclasses datetime "
        "decimal enum fractions functools io ipaddress logging math numbers os pathlib pydantic "
        "pydantic.alias_generators pydantic.dataclasses pydantic.v1 queue re threading types typing "
        "typing_extensions uuid zoneinfo"
    ).split()
)
# All names of these modules may be used, including special forms.
FORMS = frozenset({"annotated_types", "dataclasses", "pydantic", "typing", "typing_extensions"})
# Dataclasses resolve string annotations through these modules.
WHOLE = frozenset({"dataclasses", "typing"})
# On Python 3.11, pydantic requires those of typing_extensions.
EXTENDED = frozenset({"TypeAliasType", "TypedDict"})

# Calls that are allowed unchanged: each returns a description, and calls none of its arguments.
CALLED = frozenset(
    {f"annotated_types.{name}" for name in "Ge Gt Interval Le Len Lt MaxLen MinLen MultipleOf".split()}
    | {f"pydantic.{name}" for name in "AfterValidator AliasChoices BeforeValidator ConfigDict".split()}
    | {f"pydantic.{name}" for name in "Discriminator Field PlainValidator Strict StringConstraints".split()}
    | {f"pydantic.{name}" for name in "Tag WithJsonSchema WrapValidator".split()}
    | {"dataclasses.field", "enum.auto", "pydantic.SecretBytes", "pydantic.SecretStr"}
)
# Functions that create a type, and which of their arguments are types.
TYPE_MAKERS: Mapping[str, frozenset[int | str]] = {
    **{
        f"pydantic.{name}": frozenset()
        for name in "conbytes condate condecimal confloat conint constr".split()
    },
    **{f"pydantic.{name}": frozenset({0, "item_type"}) for name in ("confrozenset", "conlist", "conset")},
    "typing.NewType": frozenset({1, "tp"}),
    "typing.TypeAliasType": frozenset({1, "value"}),
    "typing.TypeVar": frozenset({*range(1, 20), "bound", "default"}),
}
BASES = frozenset(
    {f"enum.{name}" for name in "Enum Flag IntEnum IntFlag StrEnum".split()}
    | {f"builtins.{name}" for name in "dict float frozenset int list object set str tuple".split()}
    | {f"builtins.{name}" for name in "Exception RuntimeError TypeError ValueError".split()}
    | {f"typing.{name}" for name in "Generic NamedTuple TypedDict".split()}
    | {"abc.ABC", "pydantic.BaseModel", "pydantic.RootModel", "pydantic.v1.BaseModel"}
)
CLASS_DECORATORS = frozenset(
    {"dataclasses.dataclass", "enum.unique", "functools.total_ordering", "pydantic.dataclasses.dataclass"}
    | {"typing.final"}
)
METHOD_DECORATORS = frozenset(
    {"builtins.classmethod", "builtins.property", "builtins.staticmethod", "functools.cached_property"}
    | {"pydantic.field_serializer", "pydantic.field_validator", "pydantic.model_serializer"}
    | {"pydantic.model_validator"}
)
METHODS = {
    f"builtins.str.{name}": getattr(str, name) for name in "capitalize lower swapcase title upper".split()
}
METACLASSES = frozenset({"abc.ABCMeta", "enum.EnumMeta", "enum.EnumType"})
# Functions that may be used by name.
_AS_THEY_ARE = BASES | CALLED | CLASS_DECORATORS | METHOD_DECORATORS | TYPE_MAKERS.keys() | MAKERS.keys()
_AS_THEY_ARE |= {f"pydantic.alias_generators.to_{name}" for name in ("camel", "pascal", "snake")}
# Classes with such a field are not instantiated: filling it in imports the module that its text names.
IMPORTING = frozenset({"pydantic.ImportString", "pydantic.v1.PyObject"})


def named(name: str) -> Any:
    """Return the object with the full *name*; raise `Unknowable` if it is not in the allowlist."""
    if name in CONSTANTS:
        return CONSTANTS[name]
    if name in METHODS:
        return METHODS[name]
    if name in WHOLE:
        return importlib.import_module(name)
    module, _, last = name.rpartition(".")
    if module not in MODULES or last.startswith("_"):
        raise Unknowable(f"`{name}` is not defined in this project")
    found = _attribute(module, last)
    if module in FORMS or inspect.isclass(found) or name in _AS_THEY_ARE:
        return found
    raise Unknowable(f"the value of `{name}` cannot be determined from the source")


def is_function(name: str) -> bool:
    """Return whether *name* is a function of one of the modules that may not be called unchanged."""
    module, _, last = name.rpartition(".")
    if module not in MODULES or name in _AS_THEY_ARE:
        return False
    return inspect.isroutine(getattr(importlib.import_module(module), last, None))


def is_module(name: str) -> bool:
    """Return whether *name* is one of the modules."""
    return name in MODULES or name == "sys"


def maker(name: str) -> Callable[..., Any] | None:
    """Return the bounded replacement for a call of *name*; None if it is not in the allowlist."""
    if name in OPAQUE_MAKERS:
        return lambda *_values, **_named: object()
    return MAKERS.get(name)


def _attribute(module: str, name: str) -> Any:
    homes = (module, "typing_extensions") if module == "typing" else (module,)
    for home in reversed(homes) if name in EXTENDED else homes:
        found = getattr(importlib.import_module(home), name, None)
        if found is not None:
            return found
    raise Unknowable(f"the type `{module}.{name}` is not defined in this project")
