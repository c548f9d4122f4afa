"""Why slots of a concurrency limit were not taken."""


class ConcurrencySlotAcquisitionError(Exception):
    """There is no such limit, or all tries to take its slots failed."""


class AcquireConcurrencySlotTimeoutError(TimeoutError):
    """The slots were not free in time."""
