"""Leases on a server, stored as one variable each.

Creating a variable and deleting it by id succeed only once, on every version: this decides between concurrent
processes. (The leases of its concurrency limits are newer, have no holder, and are lost when a server
restarts, although the slot stays taken.) Times are compared on the server's clock.
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
    """Operations on leases. The token of a lease is the id of its variable."""

    def take_lease(self, name: str, holder: Holder, *, seconds: float) -> Lease | None:
        since, own, variable = self._api.server_time(), new_id(), key_for(name, PREFIX)
        value = {**_value(name, holder, since, seconds), "key": own}
        for _ in range(_TRIES):
            try:
                made = self._api.made("/variables/", {"name": variable, "value": value, "tags": []})
            except Refused as error:
                if error.status != 409:  # no permission to create variables
                    return None
                raw = self._api.get(f"/variables/name/{variable}", "variables")
                if raw is None:
                    continue
                if _key(raw) != own:
                    self._delete_expired(raw)
                    continue
                made = raw  # created by a request whose response was lost
            return Lease(name=name, holder=holder, since=since, token=str(made["id"]))
        raise BackendConflict(f"Too many other processes are deploying `{name}`.", hint="Try again later.")

    def _delete_expired(self, raw: Raw) -> None:
        """Delete the expired lease in the variable *raw*. Raises LeaseHeld if it is still held."""
        lease = _lease(raw)
        if lease is not None and self._is_held(raw, lease):
            raise LeaseHeld(lease)
        self._api.delete(f"/variables/{part(raw['id'])}")

    def _is_held(self, raw: Raw, lease: Lease) -> bool:
        renewed = moment(raw.get("updated")) or lease.since
        until = renewed + timedelta(seconds=float(raw["value"]["seconds"]))
        return self._api.server_time() < until and not is_gone(lease.holder)

    def renew_lease(self, lease: Lease, *, seconds: float) -> bool:
        value = _value(lease.name, lease.holder, lease.since, seconds)
        return self._api.patch(f"/variables/{part(lease.token)}", {"value": value})

    def release_lease(self, lease: Lease) -> None:
        self._api.delete(f"/variables/{part(lease.token)}")


def _value(name: str, holder: Holder, since: datetime, seconds: float) -> dict[str, Any]:
    return {"name": name, "holder": holder.as_json(), "since": since.isoformat(), "seconds": seconds}


def _key(raw: Raw) -> object:
    value = raw.get("value")
    return value.get("key") if isinstance(value, Mapping) else None


def _lease(raw: Raw) -> Lease | None:
    """Return the lease in a variable; None if the variable has other content."""
    try:
        value = raw["value"]
        return Lease(
            name=str(value["name"]),
            holder=Holder(**value["holder"]),
            since=datetime.fromisoformat(value["since"]),
            token=str(raw["id"]),
        )
    except (LookupError, TypeError, ValueError):
        return None
