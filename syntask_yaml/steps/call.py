"""Call a step function, and convert its result and its errors."""

from __future__ import annotations

import inspect
import io
import json
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from types import TracebackType
from typing import Any

from syntask._definitions.definition import signature_of
from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.base import Outputs, StepContext, StepFunction

# The locations of frames above a user's function, which are omitted from its tracebacks.
_NOT_THEIRS = (str(Path(__file__).parent), str(Path(inspect.__file__).parent / "asyncio"))
_MACHINERY = ("<frozen importlib", str(Path(inspect.__file__).parent / "importlib"))


def call(function: StepFunction, inputs: Mapping[str, Any], context: StepContext) -> Any:
    """Return the result of *function* for *inputs*; a coroutine is awaited."""
    takes_context = "context" not in inputs and _first_parameter(function) == "context"
    result: Any = function(context, **inputs) if takes_context else function(**inputs)
    if not inspect.isawaitable(result):
        return result
    import asyncio  # slow to import, and seldom needed

    return asyncio.run(_awaited(result))


async def _awaited(result: Any) -> Any:
    return await result


def _first_parameter(function: StepFunction) -> str | None:
    try:
        return next(iter(signature_of(function).parameters), None)
    except (TypeError, ValueError):
        return None


def outputs_of(result: Any, name: str) -> Outputs:
    """Return the outputs of a step as JSON values; paths and similar values become strings.

    Raises StepFailed for anything else.
    """
    if result is None:
        return {}
    if not isinstance(result, Mapping):
        hint = 'Return a mapping, such as `{"tag": tag}`, or None.'
        raise StepFailed(f"`{name}` returned a `{type(result).__name__}`.", hint=hint)
    try:
        outputs: Outputs = json.loads(json.dumps(dict(result), default=_plain))
    except (TypeError, ValueError, RecursionError) as error:
        raise StepFailed(f"`{name}` returned a value that cannot be converted to JSON: {error}.") from error
    return outputs


def _plain(value: Any) -> Any:
    return sorted(value, key=str) if isinstance(value, (set, frozenset)) else str(value)


def words(error: BaseException) -> str:
    """Return an exception as in the last line of a traceback."""
    message = str(error)
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def own_traceback(error: BaseException) -> Iterator[str]:
    """Return the lines of a traceback, from the first frame of the user's code."""
    theirs = error.with_traceback(_theirs(error.__traceback__))
    for block in traceback.format_exception(theirs):
        yield from block.rstrip("\n").splitlines()


def _theirs(trace: TracebackType | None) -> TracebackType | None:
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith((*_NOT_THEIRS, *_MACHINERY)):
        trace = trace.tb_next
    return trace


@contextmanager
def captured(context: StepContext) -> Iterator[None]:
    """Redirect printed output to *context*, line by line."""
    out, err = _Writer(context.write), _Writer(context.write_error)
    with redirect_stdout(out), redirect_stderr(err):
        try:
            yield
        finally:
            out.end_line()
            err.end_line()


class _Writer(io.TextIOBase):
    """A text stream that passes its lines to *on_line*."""

    def __init__(self, on_line: Callable[[str], None]) -> None:
        self._on_line = on_line
        self._rest = ""
        self._streams = sys.stdout, sys.stderr

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        *lines, self._rest = (self._rest + text).split("\n")
        out, err = self._streams
        with redirect_stdout(out), redirect_stderr(err):  # who is told may print it
            for line in lines:
                self._on_line(line)
        return len(text)

    def end_line(self) -> None:
        if self._rest:
            self.write("\n")
