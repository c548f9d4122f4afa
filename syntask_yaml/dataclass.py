"""`dataclass`, as that of the standard library, for the many classes that are made when a command starts.

Up to Python 3.12, the library compiles six methods of a frozen class with slots, one by one. Here only
`__init__` is compiled; the others are functions that all classes share, or closures. See docs/decisions/0061.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import MISSING, Field, FrozenInstanceError
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(made=None, /, *, order=False, **options):
        """Make a dataclass with the options of the standard library."""
        if order or not (options.get("frozen") and options.get("slots")):
            return dataclasses.dataclass(made, order=order, **options)
        return lambda made: _frozen(made, **options)


__all__ = ["dataclass"]


def _frozen(made: type, *, eq: bool = True, **options: bool) -> type:
    """Give the class *made* what the library gives to one that is frozen and has slots."""
    written = frozenset(made.__dict__)
    made.__doc__ = made.__doc__ or made.__name__  # else the library works out one from the parameters
    options = {**options, "init": False, "repr": False, "eq": False, "frozen": False}
    made = dataclasses.dataclass(made, **options)
    init, values = _compiled(made)
    methods = {"__init__": init, **_SHARED, **(_comparison(values) if eq else {})}
    for name, method in methods.items():
        if name not in written:
            setattr(made, name, method)
    return made


def _compiled(made: type) -> tuple[Callable[..., None], Callable[[Any], tuple[Any, ...]]]:
    """`__init__`, which sets the fields by the descriptors of their slots, and what is compared of one."""
    fields = dataclasses.fields(made)
    names: dict[str, Any] = {"_missing": MISSING}
    body = [line for each in fields for line in _setting(made, each, names)]
    if hasattr(made, "__post_init__"):
        body.append("self.__post_init__()")
    parameters = ["self", *(_parameter(each) for each in fields if each.init and not each.kw_only)]
    if keywords := [_parameter(each) for each in fields if each.init and each.kw_only]:
        parameters += ["*", *keywords]
    compared = "".join(f"self.{each.name}, " for each in fields if each.compare)
    text = f"def __init__({', '.join(parameters)}):\n " + ("\n ".join(body) or "pass")
    exec(f"{text}\ndef _values(self):\n return ({compared})", names)
    init = names["__init__"]
    init.__qualname__ = f"{made.__qualname__}.__init__"
    init.__annotations__ = {each.name: each.type for each in fields if each.init} | {"return": None}
    return init, names["_values"]


def _parameter(field: Field[Any]) -> str:
    if field.default_factory is not MISSING:
        return f"{field.name}=_missing"
    return field.name if field.default is MISSING else f"{field.name}=_default_{field.name}"


def _setting(made: type, field: Field[Any], names: dict[str, Any]) -> Iterator[str]:
    """Yield the line that sets the *field*; *names* gets what stands in it."""
    name = field.name
    names[f"_set_{name}"] = getattr(made, name).__set__
    names[f"_default_{name}"] = field.default
    names[f"_make_{name}"] = field.default_factory
    if field.default_factory is not MISSING:
        made_anew = f"_make_{name}()"
        value = f"{made_anew} if {name} is _missing else {name}" if field.init else made_anew
        yield f"_set_{name}(self, {value})"
    elif field.init:
        yield f"_set_{name}(self, {name})"
    elif field.default is not MISSING:
        yield f"_set_{name}(self, _default_{name})"


def _comparison(values: Callable[[Any], tuple[Any, ...]]) -> dict[str, Callable[..., Any]]:
    def is_equal(self: Any, other: object) -> Any:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return values(self) == values(other)

    def hashed(self: Any) -> int:
        return hash(values(self))

    return {"__eq__": is_equal, "__hash__": hashed}


@recursive_repr()
def _repr(self: Any) -> str:
    shown = (f"{each.name}={getattr(self, each.name)!r}" for each in dataclasses.fields(self) if each.repr)
    return f"{self.__class__.__qualname__}({', '.join(shown)})"


def _refuse_to_set(_: Any, name: str, __: Any) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(_: Any, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    """What is pickled and copied."""
    return [getattr(self, each.name) for each in dataclasses.fields(self)]


def _set_state(self: Any, state: list[Any]) -> None:
    for each, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, each.name, value)


_SHARED: dict[str, Callable[..., Any]] = {
    "__repr__": _repr,
    "__setattr__": _refuse_to_set,
    "__delattr__": _refuse_to_delete,
    "__getstate__": _state,
    "__setstate__": _set_state,
}
