"""Canonical names of external objects, which may be imported from several modules."""

from __future__ import annotations

from collections.abc import Mapping

from syntask_yaml.pysource.symbols import External

# Modules that reexport the content of another one.
_MODULES: Mapping[str, str] = {
    "pydantic.config": "pydantic",
    "pydantic.fields": "pydantic",
    "pydantic.functional_validators": "pydantic",
    "pydantic.main": "pydantic",
    "pydantic.networks": "pydantic",
    "pydantic.types": "pydantic",
    "typing_extensions": "typing",
}

_ABSTRACT = (
    "AsyncGenerator AsyncIterable AsyncIterator Awaitable Collection Container Coroutine Generator ItemsView"
    " Iterable Iterator KeysView Mapping MutableMapping MutableSequence MutableSet Reversible Sequence Sized"
    " ValuesView"
)
_NAMES: Mapping[str, str] = {
    "collections.abc.Callable": "typing.Callable",
    "datetime.UTC": "datetime.timezone.utc",
    "pydantic.annotated_types": "annotated_types",
    "typing.AbstractSet": "collections.abc.Set",
    "typing.ChainMap": "collections.ChainMap",
    "typing.Counter": "collections.Counter",
    "typing.DefaultDict": "collections.defaultdict",
    "typing.Deque": "collections.deque",
    "typing.Dict": "builtins.dict",
    "typing.FrozenSet": "builtins.frozenset",
    "typing.List": "builtins.list",
    "typing.OrderedDict": "collections.OrderedDict",
    "typing.Pattern": "re.Pattern",
    "typing.Set": "builtins.set",
    "typing.Text": "builtins.str",
    "typing.Tuple": "builtins.tuple",
    "typing.Type": "builtins.type",
    **{f"typing.{name}": f"collections.abc.{name}" for name in _ABSTRACT.split()},
}


def external(name: str) -> External:
    """Return the object *name*, under the name that the tables of this package use."""
    module, _, last = name.rpartition(".")
    if module in _MODULES:
        name = f"{_MODULES[module]}.{last}"
    return External(_NAMES.get(name, name))
