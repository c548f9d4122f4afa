"""A deployment of an old server of Prefect 2 or 3, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from syntask_yaml.backend.prefect.old_block import OldBlock


@dataclass(frozen=True, slots=True)
class OldDeployment:
    """A deployment with its *fields* as in the API, and its blocks.

    *pool_type* is empty if the deployment has no work pool.
    """

    id: str
    flow: str
    fields: Mapping[str, Any] = field(repr=False)
    infrastructure: OldBlock | None = None
    storage: OldBlock | None = None
    pool_type: str = ""

    @property
    def name(self) -> str:
        return str(self.fields["name"])

    @property
    def full_name(self) -> str:
        return f"{self.flow}/{self.name}"


@dataclass(frozen=True, slots=True)
class OldQueue:
    """A work queue with a *limit* of concurrent runs, and a *priority*: 1 is served first."""

    pool: str
    name: str
    limit: int | None
    priority: int | None
