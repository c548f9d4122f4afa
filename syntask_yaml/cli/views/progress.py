"""How far a series of writes is: `17 of 60`, and, once it takes long, for how long it will go on."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from syntask_yaml.model.duration_words import duration_text

# Seconds after which it is said how long the rest will take.
_LONG = 5.0


class Pace:
    """Tells how far a series is, and how fast since it was asked first; *clock* is in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._first: tuple[int, float] | None = None

    def text(self, number: int, total: int) -> str:
        """Return that *number* of *total* are done; the rest is taken to be as fast as these were."""
        now = self._clock()
        first, begin = self._first = self._first or (number, now)
        done, elapsed = f"{number:,} of {total:,}", now - begin
        if elapsed < _LONG or not first < number < total:
            return done
        left = elapsed / (number - first) * (total - number)
        return f"{done}, {_rounded(elapsed)}, about {_rounded(left)} left"


def _rounded(seconds: float) -> str:
    return duration_text(timedelta(seconds=max(1, round(seconds)))).replace(".0 s", " s")
