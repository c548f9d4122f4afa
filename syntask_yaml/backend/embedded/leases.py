"""Leases, stored as one row each."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

from syntask_yaml.backend.embedded.base import EmbeddedBase
from syntask_yaml.backend.embedded.codec import from_json, from_moment, to_json, to_moment
from syntask_yaml.backend.ids import new_id
from syntask_yaml.backend.leases import LeaseHeld, is_gone
from syntask_yaml.model.lease import Holder, Lease


class EmbeddedLeases(EmbeddedBase):
    """Operations on leases."""

    def take_lease(self, name: str, holder: Holder, *, seconds: float) -> Lease | None:
        with self._store.transaction():
            now = self._clock()
            row = self._store.one("lease", name=name)
            if row is not None and row["until"] > to_moment(now) and not is_gone(_lease(row).holder):
                raise LeaseHeld(_lease(row))
            lease = Lease(name=name, holder=holder, since=now, token=new_id())
            until = to_moment(now + timedelta(seconds=seconds))
            self._store.change(
                "put_lease",
                name=name,
                token=lease.token,
                holder=to_json(holder.as_json()),
                since=to_moment(now),
                until=until,
            )
        return lease

    def renew_lease(self, lease: Lease, *, seconds: float) -> bool:
        until = to_moment(self._clock() + timedelta(seconds=seconds))
        with self._store.transaction():
            return self._store.change("renew_lease", name=lease.name, token=lease.token, until=until) > 0

    def release_lease(self, lease: Lease) -> None:
        with self._store.transaction():
            self._store.change("drop_lease", name=lease.name, token=lease.token)


def _lease(row: sqlite3.Row) -> Lease:
    holder = Holder(**from_json(row["holder"]))
    return Lease(name=row["name"], holder=holder, since=from_moment(row["since"]), token=row["token"])
