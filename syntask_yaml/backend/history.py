"""The interface for deploy history: when and by whom, and deploys that did not finish."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from syntask_yaml.model.deploy_record import DeployRecord
    from syntask_yaml.model.deployment import Stored


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
