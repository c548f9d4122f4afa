"""The interface for what deploys leave: their history, and which resources belong to which project."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from syntask_yaml.model.deploy_record import DeployRecord
    from syntask_yaml.model.deployment import Stored
    from syntask_yaml.model.resource import ResourceLedger


class DeployRecords(Protocol):
    """What a deploy writes, and `history` reads."""

    def record_deploy(self, record: DeployRecord) -> DeployRecord:
        """Keep *record*, and return it with its id; one that has an id takes the place of the one there."""
        ...

    def deploy_records(self, project: str | None = None) -> Iterator[DeployRecord]:
        """The deploys of *project*, or of all, the newest first, read as they are asked for."""
        ...

    def half_renamed(self) -> list[Stored]:
        """What a rename that stopped halfway left paused; none where a rename is one write."""
        ...


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
