"""The interface for concurrency limits and their slots."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from syntask_yaml.errors import BackendConflict, BackendRefused, NotFound

if TYPE_CHECKING:
    from syntask_yaml.model.concurrency_limit import GlobalConcurrencyLimit, SlotAnswer, SlotRequest
    from syntask_yaml.model.value import Json


class ConcurrencyLimits(Protocol):
    """Operations for commands."""

    def concurrency_limits(self) -> list[GlobalConcurrencyLimit]:
        """Return all concurrency limits by name."""
        ...

    def create_concurrency_limit(self, limit: GlobalConcurrencyLimit) -> None:
        """Create a limit. Raises BackendConflict if its name is taken."""
        ...

    def update_concurrency_limit(self, name: str, changes: Mapping[str, Json]) -> None:
        """Change the `limit`, `slot_decay_per_second` or `is_active` of a limit. Raises NotFound."""
        ...

    def delete_concurrency_limit(self, name: str) -> bool:
        """Delete a limit and free its slots. Return whether it existed."""
        ...


class SlotQueue(Protocol):
    """Operations for flow code on our worker. All are safe for concurrent use by many processes."""

    def take_slots(self, request: SlotRequest, now: datetime, *, lease: float) -> SlotAnswer:
        """Acquire all slots of *request* for *lease* seconds, or none.

        Names with no limit or an inactive one are not limited. Slots of ended processes of this machine are
        free.
        """
        ...

    def renew_slots(self, token: str, now: datetime, *, lease: float) -> bool:
        """Extend the lease on the slots of *token* by *lease* seconds. Return False if it has none."""
        ...

    def give_back_slots(self, token: str) -> None:
        """Release all slots of *token*."""
        ...


def limit_exists(name: str) -> BackendConflict:
    return BackendConflict(
        f"The backend already has a concurrency limit `{name}`.",
        hint="Change it with `syntask concurrency-limit update`.",
    )


def no_such_limit(name: str) -> NotFound:
    return NotFound(
        f"The backend has no concurrency limit `{name}`.", hint="`syntask concurrency-limit ls` lists them."
    )


def no_decay(name: str) -> BackendRefused:
    return BackendRefused(
        f"The concurrency limit `{name}` does not decay, so its rate cannot be limited.",
        hint=f"Run `syntask concurrency-limit update {name} --slot-decay-per-second 1`.",
    )
