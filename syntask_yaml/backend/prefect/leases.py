"""Leases on a server: one variable for each.

A server makes a variable of a name once, and deletes the one with an id once: both decide between two that
ask at the same time, on every version. (The leases of its concurrency limits are newer, say nobody's name,
and are lost when a server restarts, while the slot stays taken.) Times are compared on the server's clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from syntask_yaml.backend.ids import new_id
from syntask_yaml.backend.leases import LeaseHeld, is_gone
from syntask_yaml.backend.prefect.base import PrefectBase
from syntask_yaml.backend.prefect.bodies import Raw, moment
from syntask_yaml.backend.prefect.encoding import key_for, part
from syntask_yaml.backend.prefect.faults import Refused
from syntask_yaml.errors import BackendConflict
from syntask_yaml.model.lease import Holder, Lease

PREFIX = "syntask_lease_"
_TRIES = 20


class PrefectLeases(PrefectBase):
    """The verbs about leases. A lease's token is the id of its variable."""

    def take_lease(self, name: str, holder: Holder, *, seconds: float) -> Lease | None:
        since, own, variable = self._api.server_time(), new_id(), key_for(name, PREFIX)
        value = {**_value(name, holder, since, seconds), "key": own}
        for _ in range(_TRIES):
            try:
                made = self._api.made("/variables/", {"name": variable, "value": value, "tags": []})
            except Refused as error:
                if error.status != 409:  # who asks may not make variables
                    return None
                there = self._api.get(f"/variables/name/{variable}", "variables")
                if there is None:
                    continue
                if _key(there) != own:
                    self._take_away(there)
                    continue
                made = there  # by a call whose answer was lost
            return Lease(name=name, holder=holder, since=since, token=str(made["id"]))
        raise BackendConflict(f"Too many other processes are deploying `{name}`.", hint="Try again later.")

    def _take_away(self, there: Raw) -> None:
        """Delete the lease that is *there*. Raises LeaseHeld if somebody still holds it."""
        lease = _lease(there)
        if lease is not None and self._is_held(there, lease):
            raise LeaseHeld(lease)
        self._api.delete(f"/variables/{part(there['id'])}")

    def _is_held(self, there: Raw, lease: Lease) -> bool:
        renewed = moment(there.get("updated")) or lease.since
        until = renewed + timedelta(seconds=float(there["value"]["seconds"]))
        return self._api.server_time() < until and not is_gone(lease.holder)

    def renew_lease(self, lease: Lease, *, seconds: float) -> bool:
        value = _value(lease.name, lease.holder, lease.since, seconds)
        return self._api.patch(f"/variables/{part(lease.token)}", {"value": value})

    def release_lease(self, lease: Lease) -> None:
        self._api.delete(f"/variables/{part(lease.token)}")


def _value(name: str, holder: Holder, since: datetime, seconds: float) -> dict[str, Any]:
    return {"name": name, "holder": holder.as_json(), "since": since.isoformat(), "seconds": seconds}


def _key(there: Raw) -> object:
    value = there.get("value")
    return value.get("key") if isinstance(value, Mapping) else None


def _lease(there: Raw) -> Lease | None:
    """The lease that a variable stands for; None for one that somebody else wrote there."""
    try:
        value = there["value"]
        return Lease(
            name=str(value["name"]),
            holder=Holder(**value["holder"]),
            since=datetime.fromisoformat(value["since"]),
            token=str(there["id"]),
        )
    except (LookupError, TypeError, ValueError):
        return None
