"""A timeline of a backend as text: a lane for each deployment, now in the middle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import click

from syntask_yaml.cli.views.runs import STATE_COLORS
from syntask_yaml.cli.views.signs import Signs
from syntask_yaml.model.run import WORST_FIRST, StateType
from syntask_yaml.operations.status.svg import counts_text, lane_name
from syntask_yaml.operations.status.timeline import Counts, Lane, RunTimeline
from syntask_yaml.operations.status.window import Window

_COLORS = {**STATE_COLORS, StateType.PENDING: "cyan", StateType.SCHEDULED: "magenta"}
_COMING = "bright_black"
# Columns: of names, and between a lane's sign, name, bars and numbers.
_LONGEST_NAME, _SHORTEST_NAME, _BETWEEN = 32, 12, 5


def lane_lines(timeline: RunTimeline, signs: Signs, columns: int) -> Iterator[str]:
    """Yield the axis, a line for each lane, and the marker of now, within *columns* if possible."""
    if not timeline.lanes:
        return
    names = [lane_name(lane) for lane in timeline.lanes]
    left = columns - timeline.window.slots - _BETWEEN
    names_width = min(max(map(len, names)), _LONGEST_NAME, max(left, _SHORTEST_NAME))
    drawing = _Drawing(timeline.window, signs, names_width, columns)
    yield drawing.axis()
    yield from (drawing.lane(lane, name) for lane, name in zip(timeline.lanes, names, strict=True))
    yield drawing.now()


@dataclass(frozen=True, slots=True)
class _Drawing:
    """The layout of lanes: *names* columns for the names, *columns* in total."""

    window: Window
    signs: Signs
    names: int
    columns: int

    def axis(self) -> str:
        """Return the hours and days, each above its first slot, without those that do not fit."""
        text = ""
        for moment, label in self.window.ticks(None):
            place = self._begin + self.window.slot(moment)
            if place > len(text) and place + len(label) <= self._begin + self.window.slots:
                text = f"{text:<{place}}{label}"
        return text

    def now(self) -> str:
        return " " * (self._begin + self.window.slot(self.window.now)) + f"{self.signs.now} now"

    @property
    def _begin(self) -> int:
        """The first column of the bars."""
        return self.names + 3

    def lane(self, lane: Lane, name: str) -> str:
        short = name if len(name) <= self.names else f"{name[: self.names - 1]}…"
        worst = _worst(lane.runs)
        sign = click.style(self.signs.states.get(worst, self.signs.other) if worst else " ", fg=_color(worst))
        bars = "".join(self._bar(lane, slot) for slot in range(self.window.slots))
        numbers = counts_text(lane.runs, sum(lane.coming))
        has_room = self.names + self.window.slots + _BETWEEN + len(numbers) <= self.columns
        line = f"{sign} {short:<{self.names}} {bars}"
        return f"{line}  {numbers}" if has_room else line

    def _bar(self, lane: Lane, slot: int) -> str:
        counts, coming = lane.past[slot], lane.coming[slot]
        number = sum(counts.values()) + coming
        if not number:
            is_unread = lane.reach is not None and self.window.start(slot) < lane.reach
            return self.signs.unread if is_unread else " "
        levels = self.signs.levels
        level = levels[-(-number * len(levels) // lane.most) - 1]
        worst = _worst(counts)
        return click.style(level, fg=_color(worst) if worst else _COMING)


def _worst(counts: Counts) -> StateType | None:
    return next((state for state in WORST_FIRST if counts.get(state)), None)


def _color(state: StateType | None) -> str | None:
    return _COLORS.get(state) if state else None
