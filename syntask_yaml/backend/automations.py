"""The interface for automations and their deliveries."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

from syntask_yaml.errors import BackendConflict, BackendError

if TYPE_CHECKING:
    from syntask_yaml.model.automation import AutomationWrite, StoredAutomation
    from syntask_yaml.model.delivery import Attempt, Delivery, DeliveryClaim


class WrittenAutomation(NamedTuple):
    """The result of one write: the *id* of the automation, or an *error*."""

    write: AutomationWrite
    id: str | None = None
    error: BackendError | None = None


class Automations(Protocol):
    """Operations for commands."""

    def automations(
        self, *, project: str | None = None, names: Collection[str] = ()
    ) -> list[StoredAutomation]:
        """Return automations by name: all, or those that *project* owns and those with *names*.

        On a server, names are not unique, *names* is ignored, and *project* "" owns nothing. The project of
        an automation is None if that project has nothing else on the server.
        """
        ...

    def write_automations(self, writes: Sequence[AutomationWrite]) -> Iterator[WrittenAutomation]:
        """Apply the changes, and yield the result of each, in order. A failure does not affect the others.

        A write fails with `BackendConflict` if its `before` is outdated.
        """
        ...

    def deliveries(self, run_id: str) -> list[Delivery]:
        """Return the deliveries for a run, done and pending; empty if the backend does not report them."""
        ...


class DeliveryQueue(Protocol):
    """Operations for our worker."""

    def dispatch(self, now: datetime) -> int:
        """Create the deliveries for ended runs, each once, and return the number of new ones.

        No end of a run is missed, whichever process reported it. Cheap if there is nothing to create.
        """
        ...

    def claim_deliveries(
        self, now: datetime, *, lease: float, limit: int, besides: Collection[str] = ()
    ) -> list[DeliveryClaim]:
        """Claim due deliveries, each once, for *lease* seconds. Each claim counts as an attempt.

        Deliveries of the automations with the ids *besides* are skipped.
        """
        ...

    def renew_deliveries(self, claims: Sequence[DeliveryClaim], *, now: datetime, lease: float) -> None:
        """Extend the leases of *claims* by *lease* seconds."""
        ...

    def report_delivery(self, claim: DeliveryClaim, attempt: Attempt, now: datetime) -> bool:
        """Store the result of an attempt. Return False, and store nothing, if the claim was lost."""
        ...


def refusal(write: AutomationWrite, found: StoredAutomation | None) -> BackendError | None:
    """Return the conflict if *found*, the current automation, is not the one *write* expects; else None."""
    if found == write.before:
        return None
    return BackendConflict(
        f"The automation `{write.name}` was changed by another process in the meantime.", hint="Deploy again."
    )
