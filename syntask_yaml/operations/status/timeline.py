"""The past and coming runs of deployments: a lane for each deployment, in the slots of a window."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from types import MappingProxyType
from typing import TypeAlias

from syntask_yaml.backend.run_states import PATIENCE
from syntask_yaml.model.run import WORST_FIRST, Run, StateType
from syntask_yaml.operations.status.window import Window

# Lanes above this number are folded into one.
MOST_LANES = 12
_TICK = timedelta(microseconds=1)
_SEVERITY = {state: place for place, state in enumerate(WORST_FIRST)}

Counts: TypeAlias = Mapping[StateType, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """The runs of a *name*: `flow/name`, or the flow that scripts call; or of *count* of them in one lane.

    *runs* are the numbers in each state. *past* has, for each slot, the number of runs that ran or were due
    in it, by their current state: SCHEDULED is late. *coming* has the number of future times in it, and
    *next* is the first of them. Before *reach*, only some runs are known; None: all are. *is_cut*: not
    everything was read, so that it may stand for more than *count*.
    """

    name: str
    count: int = 1
    runs: Counts
    past: tuple[Counts, ...]
    coming: tuple[int, ...]
    next: datetime | None
    reach: datetime | None = None
    is_cut: bool = False

    @property
    def deployment(self) -> str | None:
        """The deployment of the lane; None for a flow that scripts call, and for a folded lane."""
        return self.name if "/" in self.name else None

    @property
    def most(self) -> int:
        """The number of runs in the fullest slot."""
        return max(sum(past.values()) + coming for past, coming in zip(self.past, self.coming, strict=True))


@dataclass(frozen=True, slots=True)
class RunTimeline:
    """The lanes of a window, by name; the folded lane is last."""

    window: Window
    lanes: tuple[Lane, ...]


def run_timeline(
    runs: Iterable[Run], coming: Mapping[str, Iterable[datetime]], window: Window, *, most: int = MOST_LANES
) -> RunTimeline:
    """Return the timeline of *runs* and *coming* times (by `flow/name`) in *window*."""
    drafts = LaneDrafts(window)
    drafts.add(runs)
    drafts.expect(coming)
    return drafts.timeline(most=most)


class LaneDrafts:
    """The lanes of a *window* under construction, while more runs and times are read for them."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._drafts: defaultdict[str, _Draft] = defaultdict(_Draft)

    def add(self, runs: Iterable[Run]) -> None:
        """Add *runs* in the window, none of which was added before.

        Scheduled runs that are not late are added as coming times, once for each time.
        """
        for run in runs:
            self._drafts[run.deployment or run.flow].add(run, self._window)

    def expect(self, coming: Mapping[str, Iterable[datetime]]) -> None:
        """Add *coming* times, by `flow/name`."""
        now, until = self._window.now, self._window.until
        for name, times in coming.items():
            self._drafts[name].coming.update(time for time in times if now < time < until)

    def leading(self, most: int = MOST_LANES) -> list[str]:
        """Return the names of the lanes that `timeline` does not fold, by importance."""
        ranked = self._ranked()
        return [name for name, _ in ranked[: _own(ranked, most)]]

    def timeline(
        self,
        *,
        most: int = MOST_LANES,
        reach: datetime | None = None,
        reaches: Mapping[str, datetime | None] = MappingProxyType({}),
        is_cut: bool = False,
    ) -> RunTimeline:
        """Return the timeline with *most* lanes; those with runs in the worst states are not folded.

        The runs are complete since *reach*, those of some lanes since *reaches*. *is_cut*: not all coming
        times were read.
        """
        ranked, window = self._ranked(), self._window
        own = _own(ranked, most)
        lanes = [
            _lane(name, [draft], window, reaches.get(name, reach)) for name, draft in sorted(ranked[:own])
        ]
        if rest := [draft for _, draft in ranked[own:]]:
            folded = _lane("", rest, window, reach)
            lanes.append(replace(folded, is_cut=is_cut or folded.reach is not None))
        return RunTimeline(window, tuple(lanes))

    def _ranked(self) -> list[tuple[str, _Draft]]:
        told = [(name, draft) for name, draft in self._drafts.items() if draft.spans or draft.coming]
        return sorted(told, key=lambda pair: (pair[1].rank(self._window), pair[0]))


def _own(ranked: Sequence[object], most: int) -> int:
    return len(ranked) if len(ranked) <= most else most - 1


class _Draft:
    """The data of one deployment: its past runs by state and first and last slot, and coming times."""

    __slots__ = ("coming", "spans", "worst")

    def __init__(self) -> None:
        self.spans: list[tuple[StateType, int, int]] = []
        self.coming: set[datetime] = set()
        self.worst = len(_SEVERITY)

    def add(self, run: Run, window: Window) -> None:
        """Add *run* if it is in the window."""
        state = run.state.type
        is_waiting = state is StateType.SCHEDULED  # includes failed runs that wait for a retry
        due = (None if is_waiting else run.started) or run.scheduled or run.created
        if due is None:
            return
        if is_waiting and due > window.now - PATIENCE:
            self.coming.update([due] if due < window.until else ())
            return
        # A run that has not started has no duration.
        has_begun = run.started is not None and not is_waiting
        end = max(due, (run.ended or window.now) - _TICK) if has_begun else due
        if end >= window.since and due < window.until:
            self.spans.append((state, window.slot(due), window.slot(end)))
            self.worst = min(self.worst, _SEVERITY[state])

    def rank(self, window: Window) -> tuple[int, datetime]:
        """Return the sort key of importance: lower for worse states and an earlier next run."""
        return self.worst, min(self.coming, default=window.until)


def _lane(name: str, drafts: Sequence[_Draft], window: Window, reach: datetime | None) -> Lane:
    past: list[Counter[StateType]] = [Counter() for _ in range(window.slots)]
    runs: Counter[StateType] = Counter()
    for state, first, last in chain.from_iterable(draft.spans for draft in drafts):
        runs[state] += 1
        for slot in range(first, last + 1):
            past[slot][state] += 1
    times = [time for draft in drafts for time in draft.coming]
    coming = Counter(map(window.slot, times))
    return Lane(
        name=name,
        count=len(drafts),
        runs=runs,
        past=tuple(past),
        coming=tuple(coming[slot] for slot in range(window.slots)),
        next=min(times, default=None),
        reach=reach if reach is not None and reach > window.since else None,
    )
