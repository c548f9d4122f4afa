"""A timeline as a picture: SVG that stands alone, and in a page takes the page's colors.

Each shape has a class: `lane`, `name`, `tick`, `now`, and for runs their state (`completed`, `failed` …),
`late` or `coming`; `unread` is where not all runs are known. Colors are attributes, over which every rule of
a stylesheet goes, and there is no script and no style sheet inside, which the policy of a page might forbid.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, tzinfo
from html import escape
from typing import TypeAlias

from syntask_yaml.model.run import WORST_FIRST, StateType
from syntask_yaml.operations.status.timeline import Counts, Lane, RunTimeline
from syntask_yaml.operations.status.window import Window

# Pixels: the whole width, the names, the axis above, a lane and the bars in it, the legend below.
_WIDTH, _NAMES, _AXIS, _LANE, _BAR, _LEGEND = 960, 240, 28, 26, 18, 30
_MARGIN = 12
_LONGEST_NAME = 34
_LATE, _COMING = "late", "coming"
_FILLS = {
    "completed": "#2da44e",
    "running": "#0969da",
    "failed": "#cf222e",
    "crashed": "#a40e26",
    "cancelled": "#8c6d1f",
    "cancelling": "#bf8700",
    "pending": "#54aeff",
    "paused": "#8250df",
    _LATE: "#e16f24",
    _COMING: "#afb8c1",
}
_TEXT, _LINE, _UNREAD, _GROUND = "#57606a", "#d0d7de", "#eaeef2", "#ffffff"
# What XML cannot hold, and what turns the direction of the text around it.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


Links: TypeAlias = Callable[[Lane], str | None]


def draw_svg(
    timeline: RunTimeline, *, zone: tzinfo | None = None, id: str = "timeline", links: Links | None = None
) -> str:
    """Return the picture of *timeline* with the times of *zone*, None for those of this machine.

    *id* begins the ids inside, and is to be another one for each picture of a page. Names of others are
    escaped. *links* says where the name of a lane leads, if anywhere.
    """
    # What is inside of an `img` is no link for those who do not see it.
    role = "img" if links is None else "group"
    height = _AXIS + _LANE * len(timeline.lanes) + _LEGEND
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="run-timeline" viewBox="0 0 {_WIDTH} {height}" '
        f'width="{_WIDTH}" height="{height}" role="{role}" aria-labelledby="{id}-title {id}-about" '
        'font-family="system-ui, sans-serif" font-size="12">',
        f'<title id="{id}-title">Runs from {_moment(timeline.window.since, zone)} to '
        f"{_moment(timeline.window.until, zone)}</title>",
        f'<desc id="{id}-about">{escape(_about(timeline))}</desc>',
        f'<rect class="ground" width="{_WIDTH}" height="{height}" fill="{_GROUND}"/>',
        *_axis(timeline.window, zone, height - _LEGEND),
    ]
    for number, lane in enumerate(timeline.lanes):
        link = links(lane) if links else None
        parts += _lane(lane, timeline.window, zone, _AXIS + number * _LANE, link)
    parts += [*_now(timeline.window, height - _LEGEND), *_legend(timeline, height), "</svg>"]
    return "\n".join(parts) + "\n"


def lane_name(lane: Lane) -> str:
    """What a lane is called, on one line: its name, or how many others it stands for, as far as is known."""
    if lane.name:
        return _UNSEEN.sub(lambda found: ascii(found[0])[1:-1], lane.name)
    return f"{lane.count} others" if not lane.is_cut else f"{lane.count} others or more"


def counts_text(runs: Counts, coming: int = 0) -> str:
    """How many runs there are in which states: `12 completed, 1 failed, 3 coming`."""
    texts = [f"{runs[state]:,} {_kind(state)}" for state in reversed(WORST_FIRST) if runs.get(state)]
    return ", ".join([*texts, *([f"{coming:,} {_COMING}"] if coming else [])])


def _kind(state: StateType) -> str:
    return _LATE if state is StateType.SCHEDULED else state.value.lower()


def _about(timeline: RunTimeline) -> str:
    lanes = (f"{lane_name(lane)}: {counts_text(lane.runs, sum(lane.coming))}." for lane in timeline.lanes)
    return " ".join(lanes) or "There are no runs."


def _x(window: Window, moment: datetime) -> float:
    return _NAMES + window.place(moment) * (_WIDTH - _NAMES - _MARGIN)


def _axis(window: Window, zone: tzinfo | None, bottom: int) -> Iterator[str]:
    for moment, label in window.ticks(zone):
        x = _x(window, moment)
        yield (
            f'<line class="tick" x1="{x:.1f}" y1="{_AXIS - 6}" x2="{x:.1f}" y2="{bottom}" stroke="{_LINE}"/>'
        )
        yield (
            f'<text class="tick" x="{x:.1f}" y="{_AXIS - 12}" text-anchor="middle" '
            f'fill="{_TEXT}">{label}</text>'
        )


def _now(window: Window, bottom: int) -> Iterator[str]:
    x = _x(window, window.now)
    yield (
        f'<line class="now" x1="{x:.1f}" y1="{_AXIS - 6}" x2="{x:.1f}" y2="{bottom}" stroke="{_TEXT}" '
        'stroke-width="1.5"><title>now</title></line>'
    )


def _lane(lane: Lane, window: Window, zone: tzinfo | None, top: int, link: str | None) -> Iterator[str]:
    name = lane_name(lane)
    summary = f"{name}: {counts_text(lane.runs, sum(lane.coming))}"
    yield f'<g class="lane"><title>{escape(summary)}</title>'
    text = (
        f'<text class="name" x="{_MARGIN}" y="{top + _BAR - 2}" fill="{_TEXT}">{escape(_short(name))}</text>'
    )
    yield f'<a href="{escape(link)}"><title>{escape(name)}</title>{text}</a>' if link else text
    if lane.reach is not None:
        width = _x(window, lane.reach) - _NAMES
        yield (
            f'<rect class="unread" x="{_NAMES}" y="{top + 2}" width="{width:.1f}" height="{_BAR}" '
            f'fill="{_UNREAD}"><title>Not all of these runs were read.</title></rect>'
        )
    scale = _BAR / lane.most
    for slot, (past, coming) in enumerate(zip(lane.past, lane.coming, strict=True)):
        if past or coming:
            yield from _slot(past, coming, window, zone, slot, top + 2, scale)
    yield "</g>"


def _short(name: str) -> str:
    """A name that has room. The ends of long ones differ more often than their beginnings."""
    if len(name) <= _LONGEST_NAME:
        return name
    return f"{name[: _LONGEST_NAME // 3]}…{name[len(name) - (_LONGEST_NAME - _LONGEST_NAME // 3 - 1) :]}"


def _slot(
    past: Counts, coming: int, window: Window, zone: tzinfo | None, slot: int, top: int, scale: float
) -> Iterator[str]:
    """Yield a bar of the slot, as high as it is full, with a part for each state."""
    start, end = window.start(slot), window.start(slot + 1)
    left, right = _x(window, start), _x(window, end)
    about = f"{_moment(start, zone)} – {_clock(end, zone)}: {counts_text(past, coming)}"
    yield f"<g><title>{about}</title>"
    kinds = [(_kind(state), past[state]) for state in reversed(WORST_FIRST) if past.get(state)]
    base = float(top + _BAR)
    for kind, number in [*kinds, *([(_COMING, coming)] if coming else [])]:
        height = number * scale
        base -= height
        yield (
            f'<rect class="{kind}" x="{left + 0.5:.1f}" y="{base:.1f}" width="{right - left - 1:.1f}" '
            f'height="{height:.1f}" fill="{_FILLS[kind]}"/>'
        )
    yield "</g>"


def _legend(timeline: RunTimeline, height: int) -> Iterator[str]:
    states = {state for lane in timeline.lanes for state in lane.runs}
    kinds = [_kind(state) for state in reversed(WORST_FIRST) if state in states]
    has_coming = any(lane.next for lane in timeline.lanes)
    for number, kind in enumerate([*kinds, *([_COMING] if has_coming else [])]):
        x, y = _NAMES + number * 100, height - 18
        yield f'<rect class="{kind}" x="{x}" y="{y}" width="10" height="10" fill="{_FILLS[kind]}"/>'
        yield f'<text class="legend" x="{x + 15}" y="{y + 9}" fill="{_TEXT}">{kind}</text>'


def _moment(moment: datetime, zone: tzinfo | None) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def _clock(moment: datetime, zone: tzinfo | None) -> str:
    return f"{moment.astimezone(zone):%H:%M}"
