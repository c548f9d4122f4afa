"""Isolation of the worker from faults of a runner: only the affected run ends."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TypeVar

from syntask_yaml.model.run import Cause, CauseKind
from syntask_yaml.worker.log_limit import Amount
from syntask_yaml.worker.protocol import Report
from syntask_yaml.worker.runner.base import Running

_T = TypeVar("_T")
# The exit code of a run whose runner failed.
_FAILED = 1


class GuardedRun:
    """A run that ends if its runner raises an exception, which it must not do.

    The log has the traceback, and the message of the run asks for a report. *error* is set if the runner
    failed to start the run.
    """

    def __init__(self, running: Running | None, error: Exception | None = None) -> None:
        self._running = running
        self._error = error

    @property
    def descriptors(self) -> tuple[int, ...]:
        return self._asked(lambda run: run.descriptors, ())

    def poll(self) -> int | None:
        code = self._asked(lambda run: run.poll(), None)
        return code if self._error is None else _FAILED

    @property
    def logged(self) -> int:
        return self._asked(lambda run: run.logged, 0)

    def hear(self, *, is_last: bool = False) -> Iterator[Report]:
        if self._running is not None and self._error is None:
            try:
                yield from self._running.hear(is_last=is_last)
            except Exception as error:  # noqa: BLE001
                self._fail(error)
        if self._error is not None and is_last:
            trace = "".join(traceback.format_exception(self._error)).rstrip()
            yield Report("log", trace, level=logging.ERROR)

    def skip_output(self) -> Amount:
        return self._asked(lambda run: run.skip_output(), Amount())

    def go(self) -> None:
        self._asked(lambda run: run.go(), None)

    def stop(self, *, force: bool = False) -> None:
        self._asked(lambda run: run.stop(force=force), None)

    def explain(self, code: int) -> str:
        told = self._asked(lambda run: run.explain(code), "")
        return told if self._error is None else f"The run was ended. {fault(self._error)}"

    def cause(self, code: int) -> Cause:
        return self._asked(lambda run: run.cause(code), Cause(kind=CauseKind.EXIT))

    def let_go(self) -> bool:
        return self._asked(lambda run: run.let_go(), False)

    def close(self) -> None:
        if self._running is not None:
            with suppress(Exception):  # the run has its state; leftovers are removed later
                self._running.close()

    def _asked(self, ask: Callable[[Running], _T], otherwise: _T) -> _T:
        if self._running is not None and self._error is None:
            try:
                return ask(self._running)
            except Exception as error:  # noqa: BLE001
                self._fail(error)
        return otherwise

    def _fail(self, error: Exception) -> None:
        self._error = error
        if self._running is not None:
            with suppress(Exception):
                self._running.stop(force=True)


def fault(error: Exception) -> str:
    """Return a message for an unexpected *error*, with a hint."""
    return (
        f"This is a bug in syntask, or in what executes the runs of this work pool:"
        f" {type(error).__name__}: {error}. Please report it with the traceback in the log of the run."
    )
