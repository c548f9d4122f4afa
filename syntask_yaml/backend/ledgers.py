"""The interface for ledgers: which resources belong to which project."""

from __future__ import annotations

from typing import Protocol

from syntask_yaml.model.resource import ResourceLedger


class Ledgers(Protocol):
    """What a deploy needs."""

    def ledgers(self) -> list[ResourceLedger]:
        """Return the ledgers of all projects, by the name of the project."""
        ...

    def write_ledger(self, ledger: ResourceLedger) -> None:
        """Keep *ledger* in the place of its project's. One without names is forgotten.

        A name that stays is never missing meanwhile. Only one process at a time may do this for a project.
        """
        ...
