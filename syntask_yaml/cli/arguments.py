"""Parse values from the command line."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from inspect import signature
from pathlib import Path
from typing import Any, TypeVar

import click

from syntask_yaml.errors import FileFailed, UsageError
from syntask_yaml.files import read_bounded
from syntask_yaml.model.value import read_json

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

# The maximum that servers can store for a limit or a priority: 32 bits.
_LARGEST = 2**31 - 1
_OBJECT_HINT = 'Write `{"key": value}`.'


class Count(click.IntRange):
    """A number that every backend can store."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        if number > _LARGEST:
            self.fail(f"{number} is larger than {_LARGEST}.", param, ctx)
        return number


def collected(
    key: str, make: Callable[..., object], options: Sequence[Callable[[Any], Any]]
) -> Callable[[F], F]:
    """Return a decorator that adds *options* to a command, and passes the result of *make* as *key*.

    *make* receives the values of the options by the names of click's parameters, instead of the command.
    """
    names = names_of(options)

    def decorate(function: F) -> F:
        @wraps(function)
        def command(*args: Any, **given: Any) -> Any:
            made = make(**{name: given.pop(name) for name in names})
            return function(*args, **given, **{key: made})

        for option in reversed(options):
            option(command)
        return command  # type: ignore[return-value]

    return decorate


def taken(make: Callable[..., T], values: dict[str, Any]) -> T:
    """Call *make* with those of *values* that it accepts, and remove them from *values*."""
    return make(**{name: values.pop(name) for name in signature(make).parameters if name in values})


def names_of(options: Iterable[Callable[[Any], Any]]) -> list[str]:
    """Return the names under which click passes the values of *options*."""

    def command() -> None: ...

    for option in options:
        option(command)
    parameters: list[click.Parameter] = command.__click_params__  # type: ignore[attr-defined]
    return [str(each.name) for each in parameters]


def key_values(
    pairs: Iterable[str], option: str, *, is_text: bool = False, form: str = "KEY=VALUE"
) -> dict[str, Any]:
    """Parse `KEY=VALUE` pairs; a VALUE that is JSON is parsed unless *is_text*, any other is a text.

    *form* is the metavar of the option. Raises UsageError for an invalid pair, and for a repeated key.
    """
    values: dict[str, Any] = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not key:
            raise UsageError(f"`{option} {pair}` is not a {form} pair.", hint=f"Write `{option} {form}`.")
        add_once(values, {key: text if is_text else _value(text)}, option)
    return values


def add_once(values: dict[str, Any], more: Mapping[str, Any], option: str) -> None:
    """Add *more*, from *option*, to *values*. Raises UsageError for a repeated key."""
    for key in more:
        if key in values:
            raise UsageError(f"`{option}` gives `{key}` twice.", hint="Pass it only once.")
    values.update(more)


def _value(text: str) -> Any:
    try:
        return read_json(text)
    except ValueError:  # `12e4567` may be a commit
        return text


def parameters_of(pairs: Iterable[str], text: str | None) -> dict[str, Any]:
    """Return the parameters from `--param` or `--params`. Raises UsageError, also for both."""
    if pairs and text:
        raise UsageError("`--param` and `--params` cannot be combined.", hint="Use one or the other.")
    return parse_json(text, "--params") if text else key_values(pairs, "--param")


def read_standard_input() -> str:
    """Return the text on standard input. Raises UsageError if it is not text, or exceeds the limit."""
    try:
        return read_bounded(sys.stdin.buffer).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "It is not UTF-8 text"
        raise UsageError(f"Cannot read standard input: {why}.") from error


def parse_json(text: str, option: str) -> dict[str, Any]:
    """Parse a JSON object, from *text* or, for `-`, from standard input. Raises UsageError."""
    try:
        values = read_json(read_standard_input() if text == "-" else text)
    except ValueError as error:
        raise UsageError(f"The value of `{option}` is not JSON: {error}.", hint=_OBJECT_HINT) from error
    if not isinstance(values, dict):
        raise UsageError(f"The value of `{option}` is not a JSON object.", hint=_OBJECT_HINT)
    return values


def items_of(texts: Iterable[str], option: str, key: str) -> tuple[dict[str, Any], ...] | None:
    """Return mappings given as JSON, or in files under *key*; None if none was given."""
    return tuple(item for text in texts for item in _items(text, option, key)) if texts else None


def _items(text: str, option: str, key: str) -> list[dict[str, Any]]:
    if text.endswith((".yaml", ".yml", ".json")):
        return _from_file(Path(text), key)
    try:
        value = read_json(text)
    except ValueError as error:
        raise UsageError(f"The value of `{option}` is neither JSON nor a file: {error}.") from error
    return value if isinstance(value, list) else [value]


def _from_file(path: Path, key: str) -> list[dict[str, Any]]:
    from syntask_yaml.document.reader import read_file

    document = read_file(path)
    for problem in document.diagnostics:
        if problem.is_error:
            raise FileFailed(problem.detail)
    items = document.root.value.get(key) if isinstance(document.root.value, dict) else None
    if not isinstance(items, list):
        raise FileFailed(f"`{path}` has no top-level list `{key}`.")
    return items
