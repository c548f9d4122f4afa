"""Exceptions of flow code, named as in Prefect.

SyntaskException
├── FailedRun, CrashedRun, CancelledRun      the result of a run that did not complete
├── PausedRun, UnfinishedRun, MissingResult  no result, or not yet
├── UpstreamTaskError                        an upstream run of a task did not complete
├── MissingContextError                      (RuntimeError) a call outside of a run
├── ParameterTypeError                       a parameter does not match its annotation
├── ParameterBindError                       (TypeError) unknown or missing arguments
├── ReservedArgumentError                    (TypeError) an argument name that calls reserve
├── InvalidNameError                         (ValueError) an invalid flow name
├── MappingLengthMismatch, MappingMissingIterable  invalid arguments for `map`
└── SerializationError, HashError            a value without a stored form or a cache key
"""

from __future__ import annotations


class SyntaskException(Exception):
    """The base of all exceptions of flow code."""


class FailedRun(SyntaskException):
    """A run failed without an exception."""


class CrashedRun(SyntaskException):
    """A run crashed without an exception."""


class CancelledRun(SyntaskException):
    """A run was cancelled."""


class PausedRun(SyntaskException):
    """A run is paused and has no result yet."""


class UnfinishedRun(SyntaskException):
    """A run has not ended and has no result yet."""


class MissingResult(SyntaskException):
    """A state has no result."""


class UpstreamTaskError(SyntaskException):
    """An upstream run of a task did not complete."""


class MissingContextError(SyntaskException, RuntimeError):
    """A function was called that needs a run, outside of one."""


class ParameterTypeError(SyntaskException):
    """A parameter of a flow does not match its annotation."""


class ParameterBindError(TypeError, SyntaskException):
    """The arguments do not match the signature of a flow or task."""


class ReservedArgumentError(SyntaskException, TypeError):
    """A function has an argument whose name is reserved in calls of flows and tasks."""


class InvalidNameError(SyntaskException, ValueError):
    """The name of a flow contains invalid characters."""


class MappingLengthMismatch(SyntaskException):
    """The iterables for `map` have different lengths."""


class MappingMissingIterable(SyntaskException):
    """There is no iterable for `map`."""


class SerializationError(SyntaskException):
    """A result cannot be serialized."""


class HashError(SyntaskException):
    """No cache key can be computed from the inputs."""


class FlowRunTimeoutError(TimeoutError):
    """A flow run exceeded its `timeout_seconds`."""


class TaskRunTimeoutError(TimeoutError):
    """A task run exceeded its `timeout_seconds`."""


class Abort(BaseException):
    """Ends the run immediately as crashed."""


class TerminationSignal(BaseException):
    """The process of a run received a signal to terminate."""

    def __init__(self, signal: int) -> None:
        super().__init__(signal)
        self.signal = signal
