"""What goes wrong in flow code; the names are Prefect's.

SyntaskException
├── FailedRun, CrashedRun, CancelledRun      the result of a run that did not complete is asked for
├── PausedRun, UnfinishedRun, MissingResult  there is no result (yet)
├── UpstreamTaskError                        a task needs another one that did not complete
├── MissingContextError                      (RuntimeError) something of a run is asked for outside of one
├── ParameterTypeError                       a parameter does not fit its annotation
├── ParameterBindError                       (TypeError) arguments that the function does not have, or lacks
├── ReservedArgumentError                    (TypeError) a function has an argument that calls use
├── InvalidNameError                         (ValueError) no flow can be called this
├── MappingLengthMismatch, MappingMissingIterable  what `map` cannot be called with
└── SerializationError, HashError            a value has no form on disk, no key in a cache
"""

from __future__ import annotations


class SyntaskException(Exception):
    """The base of all others."""


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
    """A task needs the result of another one that did not complete."""


class MissingContextError(SyntaskException, RuntimeError):
    """Something of a run is asked for outside of one."""


class ParameterTypeError(SyntaskException):
    """A parameter of a flow does not fit its annotation."""


class ParameterBindError(TypeError, SyntaskException):
    """A flow or task is called with arguments that its function does not have, or without one it needs."""


class ReservedArgumentError(SyntaskException, TypeError):
    """A function has an argument whose name means something in each call of a flow or task."""


class InvalidNameError(SyntaskException, ValueError):
    """A flow has a name with characters that no name can have."""


class MappingLengthMismatch(SyntaskException):
    """`map` got iterables of different lengths."""


class MappingMissingIterable(SyntaskException):
    """`map` got nothing to iterate over."""


class SerializationError(SyntaskException):
    """A result has no form that can be kept on disk."""


class HashError(SyntaskException):
    """An input has no form that a key of the cache can be made of."""


class FlowRunTimeoutError(TimeoutError):
    """A flow run took longer than its `timeout_seconds`."""


class TaskRunTimeoutError(TimeoutError):
    """A task run took longer than its `timeout_seconds`."""


class Abort(BaseException):
    """Ends a run at once: it crashes."""


class TerminationSignal(BaseException):
    """The process of a run is asked to end."""

    def __init__(self, signal: int) -> None:
        super().__init__(signal)
        self.signal = signal
