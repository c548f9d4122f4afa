"""Draw a timeline as a standalone SVG, which takes the colors of a surrounding page.

Each shape has a class: `lane`, `name`, `tick`, `now`, and for runs their state (`completed`, `failed` …),
`late` or `coming`; `unread` marks a time whose runs are not all known. Colors are attributes, which any rule
of a stylesheet overrides; there is no script and no embedded stylesheet, which the policy of a page might
forbid.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, tzinfo
from html import escape
from math import ceil
from typing import NamedTuple, TypeAlias

from syntask_yaml.model.run import WORST_FIRST, StateType
from syntask_yaml.operations.status.timeline import Counts, Lane, RunTimeline
from syntask_yaml.operations.status.window import Window

# Pixels: the axis at the top, a lane and the bars in it, a row of the legend at the bottom.
_AXIS, _LANE, _BAR, _LEGEND = 28, 26, 18, 30
_MARGIN = 12


class Layout(NamedTuple):
    """The layout of a picture in pixels: its *width*, the space *left* of the bars and *above* for names.

    A row of the legend has *entries*, each *entry* wide; labels of times are at least a *gap* apart.
    """

    width: int
    left: int
    above: int
    entries: int
    entry: int
    gap: int


WIDE = Layout(960, 240, 0, 7, 100, 0)
# For phones: the content width of a page of 320 pixels.
NARROW = Layout(288, _MARGIN, 18, 3, 88, 44)
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
# Characters that are invalid in XML, and those that change the direction of text.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


Links: TypeAlias = Callable[[Lane], str | None]


def draw_svg(
    timeline: RunTimeline,
    *,
    zone: tzinfo | None = None,
    id: str = "timeline",
    links: Links | None = None,
    layout: Layout = WIDE,
) -> str:
    """Return the picture of *timeline* with the times of *zone*, None for the local one.

    *id* is the prefix of the ids in the picture, and must be unique in a page. Names are escaped. *links*
    returns the link of a lane's name, if any.
    """
    # Screen readers do not announce links inside an `img`.
    role = "img" if links is None else "group"
    kinds = _kinds(timeline)
    lane_height = _LANE + layout.above
    bottom = _AXIS + lane_height * len(timeline.lanes)
    height = bottom + _LEGEND * max(ceil(len(kinds) / layout.entries), 1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="run-timeline" viewBox="0 0 {layout.width} {height}" '
        f'width="{layout.width}" height="{height}" role="{role}" aria-labelledby="{id}-title {id}-about" '
        'font-family="system-ui, sans-serif" font-size="12">',
        f'<title id="{id}-title">Runs from {_moment(timeline.window.since, zone)} to '
        f"{_moment(timeline.window.until, zone)}</title>",
        f'<desc id="{id}-about">{escape(_about(timeline))}</desc>',
        f'<rect class="ground" width="{layout.width}" height="{height}" fill="{_GROUND}"/>',
        *_axis(timeline.window, zone, bottom, layout),
    ]
    for number, lane in enumerate(timeline.lanes):
        link = links(lane) if links else None
        parts += _lane(lane, timeline.window, zone, _AXIS + number * lane_height, link, layout)
    parts += [*_now(timeline.window, bottom, layout), *_legend(kinds, bottom, layout), "</svg>"]
    return "\n".join(parts) + "\n"


def lane_name(lane: Lane) -> str:
    """Return the name of a lane on one line, or the known number of other lanes that it stands for."""
    if lane.name:
        return _UNSEEN.sub(lambda found: ascii(found[0])[1:-1], lane.name)
    return f"{lane.count} others" if not lane.is_cut else f"{lane.count} others or more"


def counts_text(runs: Counts, coming: int = 0) -> str:
    """Return the number of runs in each state: `12 completed, 1 failed, 3 coming`."""
    texts = [f"{runs[state]:,} {_kind(state)}" for state in reversed(WORST_FIRST) if runs.get(state)]
    return ", ".join([*texts, *([f"{coming:,} {_COMING}"] if coming else [])])


def _kind(state: StateType) -> str:
    return _LATE if state is StateType.SCHEDULED else state.value.lower()


def _about(timeline: RunTimeline) -> str:
    lanes = (f"{lane_name(lane)}: {counts_text(lane.runs, sum(lane.coming))}." for lane in timeline.lanes)
    return " ".join(lanes) or "There are no runs."


def _x(window: Window, moment: datetime, layout: Layout) -> float:
    return layout.left + window.place(moment) * (layout.width - layout.left - _MARGIN)


def _axis(window: Window, zone: tzinfo | None, bottom: int, layout: Layout) -> Iterator[str]:
    labelled = float(-layout.width)
    for moment, label in window.ticks(zone):
        x = _x(window, moment, layout)
        yield (
            f'<line class="tick" x1="{x:.1f}" y1="{_AXIS - 6}" x2="{x:.1f}" y2="{bottom}" stroke="{_LINE}"/>'
        )
        if x - labelled < layout.gap:
            continue
        labelled = x
        yield (
            f'<text class="tick" x="{x:.1f}" y="{_AXIS - 12}" text-anchor="middle" '
            f'fill="{_TEXT}">{label}</text>'
        )


def _now(window: Window, bottom: int, layout: Layout) -> Iterator[str]:
    x = _x(window, window.now, layout)
    yield (
        f'<line class="now" x1="{x:.1f}" y1="{_AXIS - 6}" x2="{x:.1f}" y2="{bottom}" stroke="{_TEXT}" '
        'stroke-width="1.5"><title>now</title></line>'
    )


def _lane(
    lane: Lane, window: Window, zone: tzinfo | None, top: int, link: str | None, layout: Layout
) -> Iterator[str]:
    name = lane_name(lane)
    summary = f"{name}: {counts_text(lane.runs, sum(lane.coming))}"
    yield f'<g class="lane"><title>{escape(summary)}</title>'
    text = (
        f'<text class="name" x="{_MARGIN}" y="{top + _BAR - 2}" fill="{_TEXT}">{escape(_short(name))}</text>'
    )
    yield f'<a href="{escape(link)}"><title>{escape(name)}</title>{text}</a>' if link else text
    if lane.reach is not None:
        width = _x(window, lane.reach, layout) - layout.left
        yield (
            f'<rect class="unread" x="{layout.left}" y="{top + layout.above + 2}" width="{width:.1f}" '
            f'height="{_BAR}" fill="{_UNREAD}"><title>Not all of these runs were read.</title></rect>'
        )
    scale = _BAR / lane.most
    for slot, (past, coming) in enumerate(zip(lane.past, lane.coming, strict=True)):
        if past or coming:
            yield from _slot(past, coming, window, zone, slot, top + layout.above + 2, scale, layout)
    yield "</g>"


def _short(name: str) -> str:
    """Return *name* shortened: the ends of long names differ more often than their beginnings."""
    if len(name) <= _LONGEST_NAME:
        return name
    return f"{name[: _LONGEST_NAME // 3]}…{name[len(name) - (_LONGEST_NAME - _LONGEST_NAME // 3 - 1) :]}"


def _slot(
    past: Counts,
    coming: int,
    window: Window,
    zone: tzinfo | None,
    slot: int,
    top: int,
    scale: float,
    layout: Layout,
) -> Iterator[str]:
    """Yield the bar of a slot, with its height by the number of runs, and a part for each state."""
    start, end = window.start(slot), window.start(slot + 1)
    left, right = _x(window, start, layout), _x(window, end, layout)
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


def _kinds(timeline: RunTimeline) -> list[str]:
    """Return the kinds of bars in *timeline*."""
    states = {state for lane in timeline.lanes for state in lane.runs}
    kinds = [_kind(state) for state in reversed(WORST_FIRST) if state in states]
    return [*kinds, *([_COMING] if any(lane.next for lane in timeline.lanes) else [])]


def _legend(kinds: Sequence[str], bottom: int, layout: Layout) -> Iterator[str]:
    for number, kind in enumerate(kinds):
        row, column = divmod(number, layout.entries)
        x, y = layout.left + column * layout.entry, bottom + row * _LEGEND + _LEGEND - 18
        yield f'<rect class="{kind}" x="{x}" y="{y}" width="10" height="10" fill="{_FILLS[kind]}"/>'
        yield f'<text class="legend" x="{x + 15}" y="{y + 9}" fill="{_TEXT}">{kind}</text>'


def _moment(moment: datetime, zone: tzinfo | None) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def _clock(moment: datetime, zone: tzinfo | None) -> str:
    return f"{moment.astimezone(zone):%H:%M}"
