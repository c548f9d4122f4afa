"""`from syntask.exceptions import MissingContextError, UpstreamTaskError`."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING or not os.environ.get("PREFECT__FLOW_RUN_ID"):
    from syntask._exceptions import (
        Abort,
        CancelledRun,
        CrashedRun,
        FailedRun,
        HashError,
        InvalidNameError,
        MappingLengthMismatch,
        MappingMissingIterable,
        MissingContextError,
        MissingResult,
        ParameterBindError,
        ParameterTypeError,
        PausedRun,
        ReservedArgumentError,
        SerializationError,
        SyntaskException,
        TerminationSignal,
        UnfinishedRun,
        UpstreamTaskError,
    )
else:
    from prefect.exceptions import (
        Abort,
        CancelledRun,
        CrashedRun,
        FailedRun,
        HashError,
        InvalidNameError,
        MappingLengthMismatch,
        MappingMissingIterable,
        MissingContextError,
        MissingResult,
        ParameterBindError,
        ParameterTypeError,
        PausedRun,
        ReservedArgumentError,
        SerializationError,
        TerminationSignal,
        UnfinishedRun,
        UpstreamTaskError,
    )
    from prefect.exceptions import PrefectException as SyntaskException

__all__ = [
    "Abort",
    "CancelledRun",
    "CrashedRun",
    "FailedRun",
    "HashError",
    "InvalidNameError",
    "MappingLengthMismatch",
    "MappingMissingIterable",
    "MissingContextError",
    "MissingResult",
    "ParameterBindError",
    "ParameterTypeError",
    "PausedRun",
    "ReservedArgumentError",
    "SerializationError",
    "SyntaskException",
    "TerminationSignal",
    "UnfinishedRun",
    "UpstreamTaskError",
]
