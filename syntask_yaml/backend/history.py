"""The interface for the records of deploys: their history, and the resources of each project."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from syntask_yaml.model.deploy_record import DeployRecord
    from syntask_yaml.model.deployment import Stored
    from syntask_yaml.model.resource import ResourceLedger


class DeployRecords(Protocol):
    """The history of deploys, written by `deploy` and read by `history`."""

    def record_deploy(self, record: DeployRecord) -> DeployRecord:
        """Store *record*, and return it with its id. A record with an id replaces the stored one."""
        ...

    def deploy_records(self, project: str | None = None) -> Iterator[DeployRecord]:
        """Yield the deploys of *project*, or of all projects, newest first."""
        ...

    def half_renamed(self) -> list[Stored]:
        """Return the paused deployments left by interrupted renames; empty if a rename is one write."""
        ...


class Ledgers(Protocol):
    """The ledgers of projects, for deploys."""

    def ledgers(self) -> list[ResourceLedger]:
        """Return the ledgers of all projects by project name."""
        ...

    def write_ledger(self, ledger: ResourceLedger) -> None:
        """Replace the ledger of a project; delete it if *ledger* has no names.

        Names that stay are never missing in between. Not safe for concurrent writes of one project.
        """
        ...
