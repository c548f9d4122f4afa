"""Concurrency limits of flow code."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

# The prefix of limits for task runs with a tag.
TAG = "tag:"
# The logger of messages that flow code waits for slots.
SLOT_LOGGER = "syntask.concurrency"


@dataclass(frozen=True, slots=True, kw_only=True)
class GlobalConcurrencyLimit:
    """A limit of *limit* slots, of which *in_use* are taken. Without *active*, it is not enforced.

    Slots taken by `rate_limit` are freed at the rate of *slot_decay_per_second*. *holders* are the holders of
    slots, if the backend reports them: ids of runs, and `user@host` for other code.
    """

    name: str
    limit: int
    in_use: int = 0
    slot_decay_per_second: float = 0.0
    is_active: bool = True
    holders: tuple[str, ...] = field(default=(), compare=False)


class SlotRequest(NamedTuple):
    """A request for *slots* of each limit in *names*. With *is_rate*, the slots are not released explicitly.

    *token* identifies the requester. *run_id* is the run whose code makes the request, if any.
    """

    names: tuple[str, ...]
    slots: int
    token: str
    is_rate: bool = False
    run_id: str = ""


class SlotAnswer(NamedTuple):
    """The answer to a request: whether all slots were taken, and which limits do not exist.

    If *is_held*, some slots have to be released. If slots were not taken, *full* is a limit without enough
    free slots, and *most* its number of slots.
    """

    is_taken: bool
    is_held: bool = False
    missing: tuple[str, ...] = ()
    full: str = ""
    most: int = 0


def slots_text(slots: int, names: Sequence[str]) -> str:
    """Return *slots* of each of *names* in words: ``2 slots of `database`, `api` ``."""
    number = "a slot" if slots == 1 else f"{slots} slots"
    return f"{number} of {', '.join(f'`{name}`' for name in names)}"


def awaited_slots(message: str) -> tuple[int, tuple[str, ...]]:
    """Return the slots and limits that code waits for, according to *message*: the result of `slots_text`."""
    number = re.search(r"(\d+) slots of", message)
    return int(number[1]) if number else 1, tuple(re.findall("`(.*?)`", message))
