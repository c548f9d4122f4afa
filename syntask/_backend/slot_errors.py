"""Errors of taking slots of concurrency limits."""


class ConcurrencySlotAcquisitionError(Exception):
    """The limit does not exist, or all attempts to take its slots failed."""


class AcquireConcurrencySlotTimeoutError(TimeoutError):
    """The slots did not become free in time."""
