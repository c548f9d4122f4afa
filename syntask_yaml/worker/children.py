"""Reports of task runs and subflow runs, limited in memory and in the store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from syntask._runs.tracking import ChildChange
from syntask_yaml.model.child_run import FLOW, TASK, ChildRun
from syntask_yaml.model.run import State, StateType

# Maximum length of a string, and maximum number of upstream task runs; the rest is dropped.
_LONGEST_TEXT, _LONGEST_ID, _MOST_UPSTREAM = 1_000, 100, 1_000
# Bytes of a change besides its strings, and bytes of changes that wait for the store.
_CHANGE, _ID, _MOST_WAITING = 300, 40, 8_000_000
_STATES = {state.value for state in StateType}
_KINDS = {TASK, FLOW}
_YEAR_9999 = 253_370_764_800


def change_of(fields: Any) -> ChildChange:
    """Return the change that the code of a run wrote as *fields*. Raises ValueError or TypeError."""
    change = ChildChange(*fields)
    texts = (*change[:6], change.message, *change.upstream)
    is_sound = (
        all(isinstance(text, str) for text in texts)
        and is_id(change.id)
        and (change.parent is None or is_id(change.parent))
        and isinstance(change.attempt, int)
        and 0 <= change.at < _YEAR_9999
        and change.kind in _KINDS
        and change.state in _STATES
    )
    if not is_sound:
        raise ValueError("no change of a child")
    return change._replace(upstream=tuple(text[:_LONGEST_ID] for text in change.upstream[:_MOST_UPSTREAM]))


def is_id(value: Any) -> bool:
    """Return whether *value*, which the code of a run wrote, is a valid id of a task run or subflow run."""
    return isinstance(value, str) and value.isascii() and 0 < len(value) <= _LONGEST_ID


def masked_change(change: ChildChange, mask: Callable[[str], str]) -> ChildChange:
    """Return *change* with *mask* applied to its strings, truncated to their maximum length."""

    def brief(text: str) -> str:
        return mask(text)[:_LONGEST_TEXT] if text else ""

    return change._replace(
        name=brief(change.name),
        of=brief(change.of),
        state_name=brief(change.state_name),
        message=brief(change.message),
    )


def child_run(change: ChildChange, started: float | None) -> ChildRun:
    """Return the child run for a new state; it first ran at *started*."""
    state = State(StateType(change.state), change.state_name, change.message)
    at = datetime.fromtimestamp(change.at, UTC)
    return ChildRun(
        id=change.id,
        kind=change.kind,
        name=change.name,
        of=change.of,
        state=state,
        changed=at,
        parent=change.parent,
        started=None if started is None else datetime.fromtimestamp(started, UTC),
        ended=at if state.type.is_final else None,
        attempts=max(1, min(change.attempt, 2**31)),
        upstream=tuple(change.upstream),
    )


@dataclass
class ChildLimit:
    """A limit of *limit* bytes for all changes, None for no limit, which counts rejected changes."""

    limit: int | None = None
    left_out: int = 0
    _kept: int = 0

    def admits(self, change: ChildChange) -> bool:
        """Return whether *change* is kept."""
        size = _size(change)
        if self.limit is not None and self._kept + size > self.limit:
            self.left_out += 1
            return False
        self._kept += size
        return True

    def last_words(self) -> str:
        """Return the log line about rejected changes."""
        return (
            f"{self.left_out:,} more changes of task runs and subflow runs were left out:"
            " those before reached SYNTASK_LOG_LIMIT, or the store could not be written."
        )


@dataclass
class WaitingChildren:
    """The children of a run that wait for the store, each with its last change and its start time."""

    _waiting: dict[str, tuple[ChildChange, float | None, int]] = field(default_factory=dict)
    _size: int = 0

    def add(self, change: ChildChange) -> bool:
        """Keep *change* until it is stored; return False if too many wait, and it is rejected."""
        size = _size(change)
        before, started, size_before = self._waiting.get(change.id, (None, None, 0))
        # The end of a waiting child needs little memory, and is the most important change.
        most = _MOST_WAITING if before is None else 2 * _MOST_WAITING
        if self._size + size - size_before > most:
            return False
        self._size += size - size_before
        if started is None and change.state == StateType.RUNNING.value:
            started = change.at
        self._waiting[change.id] = (change if before is None else _after(change, before), started, size)
        return True

    def all(self) -> Sequence[ChildRun]:
        return [child_run(change, started) for change, started, _ in self._waiting.values()]

    def clear(self) -> None:
        self._waiting, self._size = {}, 0


def _after(change: ChildChange, before: ChildChange) -> ChildChange:
    """Return *change* with the values of *before* that remain valid."""
    if change.attempt >= before.attempt and (change.upstream or not before.upstream):
        return change
    attempt = max(before.attempt, change.attempt)
    return change._replace(attempt=attempt, upstream=change.upstream or before.upstream)


def _size(change: ChildChange) -> int:
    texts = len(change.name) + len(change.of) + len(change.message)
    return _CHANGE + texts + _ID * len(change.upstream)
