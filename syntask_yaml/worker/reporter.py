"""Reports from the process of a run to its worker."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

import syntask
import syntask_yaml
from syntask._engine.outcome import end_of, shown
from syntask._exceptions import FlowRunTimeoutError
from syntask._runs.states import Completed, State
from syntask_yaml.errors import SyntaskError
from syntask_yaml.model.step import Step
from syntask_yaml.worker.protocol import Report

_OURS = tuple(f"{Path(package.__path__[0])}{os.sep}" for package in (syntask, syntask_yaml))


class Reporter:
    """The pipe to the worker, which threads and forked processes of the flow write to as well.

    A forked process is not the run: only its log records are forwarded. *stage* is the current stage of the
    run: pull, load, server, parameters or call.
    """

    stage = "pull"

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._run = os.getpid()

    def __call__(self, report: Report) -> None:
        if report.kind == "log" or os.getpid() == self._run:
            for whole in report.encode():
                os.write(self._descriptor, whole)

    def completed(self, state: State[Any]) -> None:
        """Report that the flow completed, with the message of its *state* and any other name."""
        flush()
        name = state.name if state.name != Completed().name else ""
        with suppress(OSError):  # the flow closed the pipe; the exit code tells the same
            self(Report("completed", state.message or "", name=name))

    def retrying(self, attempt: int, error: BaseException) -> None:
        """Report that the flow is called again, because its *attempt*, counted from 1, raised *error*."""
        self._log_trace(error)
        self(Report("retrying", f"Attempt {attempt} failed: {_summary(error)}"))

    def failed(self, error: BaseException) -> None:
        """Report the error of the run in its stage."""
        flush()
        self._log_trace(error)
        hint = error.hint if isinstance(error, SyntaskError) else ""
        self(Report("failed", _summary(error), hint=hint, stage=self.stage, step=_step_of(error)))

    def ended(self, state: State[Any]) -> None:
        """Report the state of a flow that did not complete: the returned state, or the raised error."""
        flush()
        error = state.data
        kind, name, message = end_of(state)
        if isinstance(error, BaseException):
            self._log_trace(error)
            message = message if isinstance(error, FlowRunTimeoutError) else _summary(error)
        name = "" if name.upper() == kind else name
        self(Report("failed", message, name=name, stage="call", state=kind))

    def _log_trace(self, error: BaseException) -> None:
        self(Report("log", _trace(error), level=logging.ERROR))


def flush() -> None:
    """Flush the flow's standard output and error."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):  # the flow may have replaced them
            stream.flush()


def _step_of(error: BaseException) -> int | None:
    """Return the index of the pull step that failed, counted from 0."""
    step = getattr(error, "step", None)
    index = step.path[-1] if isinstance(step, Step) and step.path else None
    return index if isinstance(index, int) else None


def _summary(error: BaseException) -> str:
    return error.detail if isinstance(error, SyntaskError) else shown(error)


def _trace(error: BaseException) -> str:
    """Return the traceback without our own lines; for an expected error, its detail and hint."""
    if isinstance(error, SyntaskError):
        return f"{error.detail}\n{error.hint}".rstrip()
    try:
        found = traceback.TracebackException.from_exception(error)
        _leave_out_ours(found)
        return "".join(found.format()).rstrip()
    except BaseException:  # noqa: BLE001  (the exception's own attributes may raise, too)
        return _summary(error)


def _leave_out_ours(found: traceback.TracebackException | None) -> None:
    if found is None:
        return
    found.stack[:] = [frame for frame in found.stack if not frame.filename.startswith(_OURS)]
    for inner in (found.__cause__, found.__context__, *(found.exceptions or ())):
        _leave_out_ours(inner)
