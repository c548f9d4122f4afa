"""The calls of `map`: one for each item of its iterables."""

from __future__ import annotations

from collections.abc import Mapping
from io import IOBase
from typing import TYPE_CHECKING, Any

from syntask._arguments.annotations import BaseAnnotation, unmapped
from syntask._arguments.futures import Future
from syntask._arguments.inputs import upstream_of
from syntask._arguments.visit import results_in
from syntask._exceptions import MappingLengthMismatch, MappingMissingIterable
from syntask._runs.states import State

if TYPE_CHECKING:
    from syntask._definitions.task import Task


def calls_of(
    task: Task[..., Any], parameters: Mapping[str, Any]
) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """Return the parameters of each call of *task*, and the upstream task runs that all calls share.

    Arguments that are not iterable, or are `unmapped`, are the same in each call. Raises
    MappingLengthMismatch, MappingMissingIterable, or UpstreamTaskError if a future to map over did not
    complete.
    """
    given = _flattened(task, parameters)
    futures = {name: each for name, each in given.items() if _holds_future(each)}
    given = {name: _resolved(each) if name in futures else each for name, each in given.items()}
    columns = {name: list(_inside(each)) for name, each in given.items() if _is_mapped(each)}
    if not columns:
        raise MappingMissingIterable(
            "Nothing to map over: pass at least one iterable that is not `unmapped`."
        )
    lengths = {name: len(items) for name, items in columns.items()}
    if len(set(lengths.values())) > 1:
        raise MappingLengthMismatch(f"What is mapped over must have one length. There are {lengths}.")
    calls = [
        _call(task, given, {name: items[number] for name, items in columns.items()})
        for number in range(next(iter(lengths.values())))
    ]
    return calls, upstream_of(futures)


def _holds_future(value: Any) -> bool:
    return isinstance(_inside(value), (Future, State))


def _resolved(value: Any) -> Any:
    """Return the result of a future to map over, in the same annotation."""
    result = results_in(value)
    return value.rewrap(result) if isinstance(value, BaseAnnotation) else result


def _inside(value: Any) -> Any:
    return value.value if isinstance(value, BaseAnnotation) else value


def _is_mapped(value: Any) -> bool:
    inner = _inside(value)
    if isinstance(value, unmapped) or isinstance(inner, (unmapped, str, bytes, IOBase)):
        return False
    return hasattr(inner, "__iter__")


def _call(task: Task[..., Any], given: Mapping[str, Any], items: Mapping[str, Any]) -> dict[str, Any]:
    values = {
        name: _item(each, items[name]) if name in items else _plain(each) for name, each in given.items()
    }
    return _nested(task, values)


def _item(given: Any, item: Any) -> Any:
    return given.rewrap(item) if isinstance(given, BaseAnnotation) else item


def _plain(given: Any) -> Any:
    """Return an argument that all calls share, without `unmapped`."""
    if isinstance(given, unmapped):
        return given.value
    if isinstance(given, BaseAnnotation) and isinstance(given.value, unmapped):
        return given.rewrap(given.value.value)
    return given


def _variadic(task: Task[..., Any]) -> str | None:
    """Return the name of the `**kwargs` parameter."""
    kinds = task.signature.parameters.values()
    return next((each.name for each in kinds if each.kind is each.VAR_KEYWORD), None)


def _flattened(task: Task[..., Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return *parameters* with the items of `**kwargs` at the top level."""
    name = _variadic(task)
    return {
        **{k: v for k, v in parameters.items() if k != name},
        **(parameters.get(name) or {} if name else {}),
    }


def _nested(task: Task[..., Any], values: dict[str, Any]) -> dict[str, Any]:
    """Return *values* in the structure of the signature, with defaults."""
    known = task.signature.parameters
    named = {key: value for key, value in values.items() if key in known}
    if name := _variadic(task):
        named[name] = {key: value for key, value in values.items() if key not in known}
    for key, parameter in known.items():
        if key not in named and parameter.default is not parameter.empty:
            named[key] = parameter.default
    return named
