"""When runs went on, and when the next ones come: a lane for each deployment, in the slots of a window."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from syntask_yaml.model.run import WORST_FIRST, Run, StateType
from syntask_yaml.operations.status.window import Window

# More lanes than that are folded into one.
MOST_LANES = 12
_TICK = timedelta(microseconds=1)

Counts: TypeAlias = Mapping[StateType, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """What goes on under a *name*: `flow/name`, or the flow that scripts call; *count* of them in one.

    *runs* are how many are in each state. *past* has, for each slot, how many went on in it or were due, by
    the state that they are in now: SCHEDULED is late. *coming* has how many times are still to come in it,
    and *next* is the first of them.
    """

    name: str
    count: int = 1
    runs: Counts
    past: tuple[Counts, ...]
    coming: tuple[int, ...]
    next: datetime | None

    @property
    def most(self) -> int:
        """How many there are in the fullest slot."""
        return max(sum(past.values()) + coming for past, coming in zip(self.past, self.coming, strict=True))


@dataclass(frozen=True, slots=True)
class RunTimeline:
    """The lanes of a window, by name; what is folded comes last."""

    window: Window
    lanes: tuple[Lane, ...]


def run_timeline(
    runs: Iterable[Run], coming: Mapping[str, Iterable[datetime]], window: Window, *, most: int = MOST_LANES
) -> RunTimeline:
    """Return what *runs* and the *coming* times, by `flow/name`, are in *window*.

    Runs that are not due yet are coming times, once for each time. Of more than *most* lanes, those whose
    runs are in the worst states have their own.
    """
    drafts: defaultdict[str, _Draft] = defaultdict(_Draft)
    for run in runs:
        drafts[run.deployment or run.flow].add(run, window)
    for name, times in coming.items():
        drafts[name].coming.update(time for time in times if window.now < time < window.until)
    lanes = [draft.lane(name, window) for name, draft in drafts.items() if draft.runs or draft.coming]
    ranked = sorted(lanes, key=lambda lane: _rank(lane, window))
    own = len(ranked) if len(ranked) <= most else most - 1
    folded = [_folded(ranked[own:])] if ranked[own:] else []
    return RunTimeline(window, (*sorted(ranked[:own], key=lambda lane: lane.name), *folded))


class _Draft:
    """A lane that is being filled."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.coming: set[datetime] = set()
        self._spans: list[tuple[StateType, int, int]] = []

    def add(self, run: Run, window: Window) -> None:
        """Note what of *run* is in the window."""
        is_waiting = run.state.type is StateType.SCHEDULED  # also one that failed, and is tried again
        due = (None if is_waiting else run.started) or run.scheduled or run.created
        if due is None:
            return
        if is_waiting and due > window.now:
            self.coming.update([due] if due < window.until else ())
            return
        # What has not started takes no time.
        has_begun = run.started is not None and not is_waiting
        end = max(due, (run.ended or window.now) - _TICK) if has_begun else due
        if end >= window.since and due < window.until:
            self.runs.append(run)
            self._spans.append((run.state.type, window.slot(due), window.slot(end)))

    def lane(self, name: str, window: Window) -> Lane:
        past: list[Counter[StateType]] = [Counter() for _ in range(window.slots)]
        for state, first, last in self._spans:
            for slot in range(first, last + 1):
                past[slot][state] += 1
        coming = Counter(window.slot(time) for time in self.coming)
        return Lane(
            name=name,
            runs=Counter(run.state.type for run in self.runs),
            past=tuple(past),
            coming=tuple(coming[slot] for slot in range(window.slots)),
            next=min(self.coming, default=None),
        )


def _rank(lane: Lane, window: Window) -> tuple[int, datetime, str]:
    worst = (place for place, state in enumerate(WORST_FIRST) if lane.runs.get(state))
    return next(worst, len(WORST_FIRST)), lane.next or window.until, lane.name


def _folded(lanes: Sequence[Lane]) -> Lane:
    return Lane(
        name="",
        count=len(lanes),
        runs=sum((Counter(lane.runs) for lane in lanes), Counter[StateType]()),
        past=tuple(
            sum(map(Counter, slot), Counter[StateType]())
            for slot in zip(*(lane.past for lane in lanes), strict=True)
        ),
        coming=tuple(map(sum, zip(*(lane.coming for lane in lanes), strict=True))),
        next=min((lane.next for lane in lanes if lane.next), default=None),
    )
