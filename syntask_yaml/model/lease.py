"""A lease: one process at a time holds a name, and others can see which."""

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
        """The holder as a backend keeps it."""
        return {"name": self.name, "process": self.process, "machine": self.machine}


class Lease(NamedTuple):
    """A lease on a *name*, with its holder and start. The *token* proves ownership."""

    name: str
    holder: Holder
    since: datetime
    token: str
