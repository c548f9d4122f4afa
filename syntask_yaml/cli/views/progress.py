"""The progress of a long operation: `17 of 60`, and the remaining time if it takes long."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import click

from syntask_yaml.model.duration import duration_text
from syntask_yaml.model.events import Counted, Event

# Seconds after which the remaining time is printed, and between messages of operations without output.
_LONG, _EVERY = 5.0, 3.0


class ProgressEstimate:
    """Estimates the progress of a series since the first call; *clock* is in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._first: tuple[int, float] | None = None

    def text(self, number: int, total: int) -> str:
        """Return the text for *number* of *total*, assuming the same speed for the rest."""
        now = self._clock()
        first, begin = self._first = self._first or (number, now)
        done, elapsed = f"{number:,} of {total:,}", now - begin
        if elapsed < _LONG or not first < number < total:
            return done
        left = elapsed / (number - first) * (total - number)
        return f"{done}, {_rounded(elapsed)}, about {_rounded(left)} left"


class CountProgress:
    """Prints the progress of each series to standard error every few seconds, if it takes that long.

    *clock* is in seconds.
    """

    def __init__(self, *, verbosity: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._verbosity = verbosity
        self._clock = clock
        self._what = ""
        self._estimate = ProgressEstimate(clock)
        self._said = 0.0

    def __call__(self, event: Event) -> None:
        if self._verbosity < 0 or not isinstance(event, Counted):
            return
        now = self._clock()
        if event.what != self._what:
            self._what, self._estimate, self._said = event.what, ProgressEstimate(self._clock), now
        text = self._estimate.text(event.number, event.total)
        if now - self._said >= _EVERY and event.number < event.total:
            self._said = now
            click.echo(click.style(f"{event.what}: {text}", dim=True), err=True)


def _rounded(seconds: float) -> str:
    return duration_text(timedelta(seconds=max(1, round(seconds)))).replace(".0 s", " s")
