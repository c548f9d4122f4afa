"""The last runs of a deployment as bars: how long each took, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from syntask_yaml.model.run import Run

# Pixels of the highest bar and of the lowest one; how wide one is, with its gap.
HEIGHT, _LOWEST, STEP = 60, 4, 14


@dataclass(frozen=True, slots=True)
class RunBar:
    """The bar of a *run*: where it begins, in pixels, from the left and from the top, and its *height*."""

    run: Run
    left: int
    top: int
    height: int


def bars_of(runs: Sequence[Run], now: datetime) -> tuple[RunBar, ...]:
    """Return a bar for each of *runs*, in their order; the one that took longest is the highest."""
    seconds = [_seconds(run, now) for run in runs]
    longest = max(seconds, default=0.0) or 1.0
    heights = [max(_LOWEST, round(HEIGHT * each / longest)) for each in seconds]
    return tuple(
        RunBar(run, number * STEP, HEIGHT - height, height)
        for number, (run, height) in enumerate(zip(runs, heights, strict=True))
    )


def _seconds(run: Run, now: datetime) -> float:
    return max(0.0, ((run.ended or now) - run.started).total_seconds()) if run.started else 0.0
