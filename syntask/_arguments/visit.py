"""Find and replace futures and states nested in values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from syntask._arguments.annotations import BaseAnnotation, allow_failure, opaque, quote
from syntask._arguments.futures import Future, FutureList
from syntask._exceptions import UpstreamTaskError
from syntask._runs.states import State, result_of

_PLAIN = frozenset({str, int, float, bool, bytes, type(None)})


def results_in(value: Any) -> Any:
    """Wait for all futures and states in *value*, and return it with their results.

    A value without any is returned itself. Raises UpstreamTaskError if a run did not complete, unless it is
    in `allow_failure`, which passes its exception, or None if it was not ready to run.
    """
    return _visited(value, _result, _Path())


def resolve_futures_to_states(value: Any) -> Any:
    """Wait for all futures in *value*, and return it with their final states. Annotations are kept."""
    return _visited(value, _state, _Path(keeps_annotations=True))


def futures_in(value: Any) -> Iterator[Future[Any] | State[Any]]:
    """Yield the futures and states in *value*, without waiting for any."""
    found: list[Future[Any] | State[Any]] = []

    def keep(each: Any, _path: _Path) -> Any:
        found.append(each)
        return each

    _visited(value, keep, _Path())
    yield from found


def are_plain(values: Iterable[Any]) -> bool:
    """Return whether all *values* have plain types, such as text or numbers, that cannot contain futures."""
    return _PLAIN.issuperset(map(type, values))


class _Path:
    """The containers of a value, to detect cycles, and the effect of annotations."""

    def __init__(self, *, keeps_annotations: bool = False) -> None:
        self.keeps_annotations = keeps_annotations
        self.around: set[int] = set()
        self.may_fail = False


_Replace = Callable[[Any, _Path], Any]


def _result(each: Future[Any] | State[Any], path: _Path) -> Any:
    state = each.wait_for_state() if isinstance(each, Future) else each
    if not state.is_completed() and not path.may_fail:
        raise UpstreamTaskError(f"An upstream run did not complete: it is {state.name}{_which(each, state)}.")
    return result_of(state, raise_on_failure=False) if state.is_final() else None


def _which(each: Future[Any] | State[Any], state: State[Any]) -> str:
    run = each.task_run_id if isinstance(each, Future) else state.state_details.task_run_id
    return "" if run is None else f" (task run {run})"


def _state(each: Future[Any] | State[Any], _path: _Path) -> Any:
    return each.wait_for_state() if isinstance(each, Future) else each


def _visited(value: Any, replace: _Replace, path: _Path) -> Any:
    try:
        return _replaced(value, replace, path)
    except RecursionError:  # avoid a traceback of a thousand lines
        raise RecursionError(
            "Python's recursion limit was reached in the search for futures in a value. "
            "Wrap a value that is nested so deeply in `quote(…)`."
        ) from None


def _replaced(value: Any, replace: _Replace, path: _Path) -> Any:
    kind = type(value)
    if kind in _PLAIN:
        return value
    if isinstance(value, (Future, State)):
        return replace(value, path)
    if isinstance(value, BaseAnnotation):
        return _unwrapped(value, replace, path)
    visit = _VISITS.get(kind) or _visit_of(value)
    if visit is None or id(value) in path.around:
        return value
    path.around.add(id(value))
    try:
        return visit(value, replace, path)
    finally:
        path.around.discard(id(value))


def _unwrapped(value: BaseAnnotation[Any], replace: _Replace, path: _Path) -> Any:
    inner = value.value
    if path.keeps_annotations:
        return value if isinstance(value, quote) else value.rewrap(_replaced(inner, replace, path))
    if isinstance(value, quote):
        return inner
    if isinstance(value, opaque):
        return replace(inner, path) if isinstance(inner, (Future, State)) else inner
    before, path.may_fail = path.may_fail, path.may_fail or isinstance(value, allow_failure)
    try:
        return _replaced(inner, replace, path)
    finally:
        path.may_fail = before


def _visit_of(value: Any) -> Callable[[Any, _Replace, _Path], Any] | None:
    """Return the visitor for *value*, whose type is not a plain collection."""
    kind = type(value)
    if hasattr(kind, "__dataclass_fields__"):
        return _visit_dataclass
    if hasattr(kind, "model_fields") and hasattr(kind, "model_copy"):  # a model of pydantic
        return _visit_model
    return next((_VISITS[base] for base in kind.__mro__ if base in _VISITS), None)


def _visit_items(value: Any, replace: _Replace, path: _Path) -> Any:
    if are_plain(value):  # a fast path for lists of numbers
        return value
    items = [_replaced(each, replace, path) for each in value]
    if all(new is old for new, old in zip(items, value, strict=True)):
        return value
    if isinstance(value, FutureList):
        return items
    return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)


def _visit_dict(value: dict[Any, Any], replace: _Replace, path: _Path) -> Any:
    items = {key: _replaced(each, replace, path) for key, each in value.items()}
    keys = [_replaced(key, replace, path) for key in value]
    if all(new is old for new, old in zip([*keys, *items.values()], [*value, *value.values()], strict=True)):
        return value
    pairs = dict(zip(keys, items.values(), strict=True))
    return pairs if type(value) is dict else _like(value, pairs)


def _like(value: Any, pairs: dict[Any, Any]) -> Any:
    import copy

    made = copy.copy(value)
    made.clear()
    made.update(pairs)
    return made


def _visit_dataclass(value: Any, replace: _Replace, path: _Path) -> Any:
    return _with_fields(value, type(value).__dataclass_fields__, replace, path)


def _visit_model(value: Any, replace: _Replace, path: _Path) -> Any:
    return _with_fields(value, type(value).model_fields, replace, path)


def _with_fields(value: Any, names: Any, replace: _Replace, path: _Path) -> Any:
    """Return *value*, or a copy of it if any of the fields *names* is replaced."""
    before = {name: getattr(value, name) for name in names if hasattr(value, name)}
    after = {name: _replaced(each, replace, path) for name, each in before.items()}
    changed = {name: each for name, each in after.items() if each is not before[name]}
    if not changed:
        return value
    import copy

    made = copy.copy(value)
    for name, each in changed.items():
        object.__setattr__(made, name, each)
    return made


_VISITS: dict[type, Callable[[Any, _Replace, _Path], Any]] = {
    list: _visit_items,
    tuple: _visit_items,
    set: _visit_items,
    frozenset: _visit_items,
    dict: _visit_dict,
}
