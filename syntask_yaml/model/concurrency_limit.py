"""Concurrency limits of flow code."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

# A limit with this before its name is for task runs that have the tag.
TAG = "tag:"
# The logger that says that code of a flow waits for slots.
SLOT_LOGGER = "syntask.concurrency"


@dataclass(frozen=True, slots=True, kw_only=True)
class GlobalConcurrencyLimit:
    """At most *limit* slots of *name* are taken at a time, of which *in_use* are taken now.

    Slots that `rate_limit` takes are free again at *slot_decay_per_second*. An inactive one limits nothing.
    *holders* are who holds slots, where the backend tells: ids of runs, and `user@host` for other code.
    """

    name: str
    limit: int
    in_use: int = 0
    slot_decay_per_second: float = 0.0
    is_active: bool = True
    holders: tuple[str, ...] = field(default=(), compare=False)


class SlotRequest(NamedTuple):
    """*slots* of each of *names*, for the owner of *token*; with *is_rate*, they are not given back.

    *run_id* is the run whose code asks, if one does.
    """

    names: tuple[str, ...]
    slots: int
    token: str
    is_rate: bool = False
    run_id: str = ""


class SlotAnswer(NamedTuple):
    """Whether all slots were taken, and which names no limit has.

    *is_held*: some have to be given back. Of slots that were not taken, *full* names a limit without room,
    and *most* is how many slots that has.
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
    """Return how many slots of which limits *message* says that code waits for: what `slots_text` wrote."""
    number = re.search(r"(\d+) slots of", message)
    return int(number[1]) if number else 1, tuple(re.findall("`(.*?)`", message))
