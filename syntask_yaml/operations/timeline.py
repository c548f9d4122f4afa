"""The timeline of a run: a bar for each task run and subflow run, or one for each name if there are many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from syntask_yaml.errors import NotFound
from syntask_yaml.model.child_run import FLOW, ChildRun
from syntask_yaml.model.run import Run, StateType, short_id

# Above this number, bars are folded by name.
MOST_BARS = 50
Span: TypeAlias = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """The runs of a *name*: one run of a task or subflow, or *count* of them, with their states.

    *label* is its display name. *depth* is the number of enclosing subflows. *spans* are the start and end of
    each run that started.
    """

    name: str
    label: str
    kind: str
    depth: int
    states: Mapping[StateType, int]
    spans: tuple[Span, ...]

    @property
    def count(self) -> int:
        return sum(self.states.values())

    @property
    def most_at_once(self) -> int:
        """The maximum number of simultaneous runs."""
        # Runs that end when another one starts are not simultaneous.
        moments = sorted([(start, 1) for start, _ in self.spans] + [(end, -1) for _, end in self.spans])
        most = current = 0
        for _, change in moments:
            current += change
            most = max(most, current)
        return max(most, min(1, len(self.spans)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The bars of a run, and their overall start and end."""

    run: Run
    span: Span
    bars: tuple[Bar, ...]


def timeline(run: Run, children: Sequence[ChildRun], now: datetime, *, is_whole: bool = False) -> Timeline:
    """Return the timeline of *run*; more than `MOST_BARS` bars are folded by name unless *is_whole*.

    Raises NotFound if the run has not started.
    """
    starts = [run.started, *(child.started for child in children)]
    start = min((moment for moment in starts if moment is not None), default=None)
    if start is None:
        raise NotFound(
            f"The run `{run.name}` has not begun: it is {run.state.name}.",
            hint=f"Run `syntask why {short_id(run.id)}` to see what it waits for.",
        )
    ends = (_span(each, now) for each in children)
    end = max((run.ended or now, *(span[1] for span in ends if span is not None)))
    own = Bar(
        name=run.flow,
        label=run.flow,
        kind=FLOW,
        depth=0,
        states={run.state.type: 1},
        spans=((run.started or start, end),),
    )
    is_folded = len(children) > MOST_BARS and not is_whole
    bars = _Bars(children, now, is_folded=is_folded).below({None}, 1)
    return Timeline(run=run, span=(start, end), bars=(own, *bars))


class _Bars:
    """Builds the bars of *children*."""

    def __init__(self, children: Sequence[ChildRun], now: datetime, *, is_folded: bool) -> None:
        known = {child.id for child in children}
        self._by_parent: dict[str | None, list[ChildRun]] = {}
        for child in sorted(children, key=lambda child: child.started or child.changed):
            parent = child.parent if child.parent in known else None
            self._by_parent.setdefault(parent, []).append(child)
        self._now = now
        self._is_folded = is_folded

    def below(self, parents: Iterable[str | None], depth: int) -> Iterator[Bar]:
        """Yield the bars of the children of *parents*, each followed by those of its own children."""
        members = [child for parent in parents for child in self._by_parent.get(parent, ())]
        for group in self._groups(members):
            yield self._bar(group, depth)
            yield from self.below([child.id for child in group], depth + 1)

    def _groups(self, members: Sequence[ChildRun]) -> Iterable[Sequence[ChildRun]]:
        if not self._is_folded:
            return [[child] for child in members]
        groups: dict[tuple[str, str], list[ChildRun]] = {}
        for child in members:
            groups.setdefault((child.kind, child.of), []).append(child)
        return groups.values()

    def _bar(self, group: Sequence[ChildRun], depth: int) -> Bar:
        spans = (_span(child, self._now) for child in group)
        first, is_single = group[0], len(group) == 1
        return Bar(
            name=first.name if is_single else first.of,
            label=first.label if is_single else first.of,
            kind=first.kind,
            depth=depth,
            states=Counter(child.state.type for child in group),
            spans=tuple(span for span in spans if span is not None),
        )


def _span(child: ChildRun, now: datetime) -> Span | None:
    """Return the start and end of *child*, equal for a cached result. None if it did not start."""
    is_cached = child.started is None and child.state.type is StateType.COMPLETED
    start = child.ended if is_cached else child.started
    return None if start is None else (start, max(start, child.ended or now))
