"""Growing pauses between retries, with jitter."""

from __future__ import annotations

import random
from collections.abc import Iterator

_JITTER = 0.3


def pauses(first: float, *, times: int, factor: float = 2.0, longest: float = 60.0) -> Iterator[float | None]:
    """Yield the seconds to wait after each failed attempt, or None after the last one.

    *times* is the number of retries; each pause is *factor* times the previous one, up to *longest* seconds.
    """
    for number in range(times):
        yield min(first * factor**number, longest) * random.uniform(1 - _JITTER, 1 + _JITTER)
    yield None
