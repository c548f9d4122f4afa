"""Leases: names that one process at a time holds, visible to others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple


class Holder(NamedTuple):
    """The holder of a lease: *name* is `user@host`, *process* its id on the *machine*."""

    name: str
    process: int
    machine: str

    def as_json(self) -> Mapping[str, str | int]:
        """Return the holder as a backend stores it."""
        return {"name": self.name, "process": self.process, "machine": self.machine}


class Lease(NamedTuple):
    """A lease on a *name*, with its holder and start. The *token* proves ownership."""

    name: str
    holder: Holder
    since: datetime
    token: str
