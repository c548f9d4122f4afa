"""Concurrency limits, and the slots held by flow code."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from syntask_yaml.backend.concurrency_limits import limit_exists, no_decay, no_such_limit
from syntask_yaml.backend.embedded.base import EmbeddedBase
from syntask_yaml.backend.embedded.codec import from_json, to_json, to_moment
from syntask_yaml.backend.ids import check_name
from syntask_yaml.backend.leases import is_gone, this_process
from syntask_yaml.model.concurrency_limit import GlobalConcurrencyLimit, SlotAnswer, SlotRequest
from syntask_yaml.model.lease import Holder

_SECOND = 1_000_000


class EmbeddedConcurrencyLimits(EmbeddedBase):
    """Operations on concurrency limits."""

    def concurrency_limits(self) -> list[GlobalConcurrencyLimit]:
        now = to_moment(self._clock())
        return [self._with_use(row, now) for row in self._store.all("concurrency_limits")]

    def _with_use(self, row: sqlite3.Row, now: int) -> GlobalConcurrencyLimit:
        held = self._held_slots(row["name"], now)
        names = tuple(_holder(each).name for each in held)
        return replace(_limit_of(row), in_use=_sum(held) + _decaying(row, now), holders=names)

    def create_concurrency_limit(self, limit: GlobalConcurrencyLimit) -> None:
        check_name("concurrency limit", limit.name)
        with self._store.transaction():
            if not self._store.change("insert_concurrency_limit", **_row(limit)):
                raise limit_exists(limit.name)

    def update_concurrency_limit(self, name: str, changes: Mapping[str, Any]) -> None:
        with self._store.transaction():
            row = self._store.one("concurrency_limit", name=name)
            if row is None:
                raise no_such_limit(name)
            self._store.change("save_concurrency_limit", **_row(replace(_limit_of(row), **changes)))

    def delete_concurrency_limit(self, name: str) -> bool:
        with self._store.transaction():
            return self._store.change("drop_concurrency_limit", name=name) > 0

    def take_slots(self, request: SlotRequest, now: datetime, *, lease: float) -> SlotAnswer:
        moment = to_moment(now)
        active, missing = self._limits_of(request)
        if not active:  # avoids waiting for other writers
            return SlotAnswer(is_taken=True, missing=missing)
        with self._store.transaction():
            active, missing = self._limits_of(request)
            for row in active:
                taken = _sum(self._held_slots(row["name"], moment, forget=True)) + _decaying(row, moment)
                most = row["slot_limit"]
                if taken + request.slots > most:
                    return SlotAnswer(is_taken=False, missing=missing, full=row["name"], most=most)
            for row in active:
                self._take_slots_of(row, request, now, lease)
        return SlotAnswer(is_taken=True, is_held=bool(active) and not request.is_rate, missing=missing)

    def _limits_of(self, request: SlotRequest) -> tuple[list[sqlite3.Row], tuple[str, ...]]:
        """Return the active limits for *request*, and the names without a limit."""
        names = dict.fromkeys(request.names)
        rows = {name: self._store.one("concurrency_limit", name=name) for name in names}
        missing = tuple(name for name, row in rows.items() if row is None)
        return [row for row in rows.values() if row is not None and row["is_active"]], missing

    def _take_slots_of(self, row: sqlite3.Row, request: SlotRequest, now: datetime, lease: float) -> None:
        if request.is_rate:
            self._take_for_good(row, request.slots, to_moment(now))
            return
        self._store.change(
            "put_concurrency_slots",
            name=row["name"],
            token=request.token,
            slots=request.slots,
            holder=to_json(_holder_of(request).as_json()),
            until=to_moment(now + timedelta(seconds=lease)),
        )

    def _take_for_good(self, row: sqlite3.Row, slots: int, now: int) -> None:
        if not row["slot_decay_per_second"]:
            raise no_decay(row["name"])
        decaying = _decaying(row, now) + slots
        self._store.change("save_decaying", name=row["name"], decaying=decaying, decayed=now)

    def _held_slots(self, name: str, now: int, *, forget: bool = False) -> list[sqlite3.Row]:
        """Return the slots of *name* in use. With *forget*, delete the others; requires a transaction."""
        held = []
        for row in self._store.all("concurrency_slots", name=name):
            if row["until"] > now and not is_gone(_holder(row)):
                held.append(row)
            elif forget:
                self._store.change("drop_concurrency_slots", token=row["token"])
        return held

    def renew_slots(self, token: str, now: datetime, *, lease: float) -> bool:
        until = to_moment(now + timedelta(seconds=lease))
        with self._store.transaction():
            return self._store.change("renew_concurrency_slots", token=token, until=until) > 0

    def give_back_slots(self, token: str) -> None:
        with self._store.transaction():
            self._store.change("drop_concurrency_slots", token=token)


def _sum(held: Sequence[sqlite3.Row]) -> int:
    return sum(row["slots"] for row in held)


def _holder(row: sqlite3.Row) -> Holder:
    return Holder(**from_json(row["holder"]))


def _holder_of(request: SlotRequest) -> Holder:
    """Return this process as a holder, named after the run that it executes, if any."""
    process = this_process()
    return process._replace(name=request.run_id or process.name)


def _decaying(row: sqlite3.Row, now: int) -> int:
    """Return the number of permanently taken slots that have not decayed yet, rounded up."""
    since = max(0, now - row["decayed"]) / _SECOND
    left: float = row["decaying"] - since * row["slot_decay_per_second"]
    return max(0, math.ceil(left))


def _limit_of(row: sqlite3.Row) -> GlobalConcurrencyLimit:
    return GlobalConcurrencyLimit(
        name=row["name"],
        limit=row["slot_limit"],
        slot_decay_per_second=row["slot_decay_per_second"],
        is_active=bool(row["is_active"]),
    )


def _row(limit: GlobalConcurrencyLimit) -> dict[str, object]:
    return {
        "name": limit.name,
        "slot_limit": limit.limit,
        "is_active": limit.is_active,
        "slot_decay_per_second": limit.slot_decay_per_second,
    }
