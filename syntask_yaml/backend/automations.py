"""The interface for automations, and the deliveries that our own worker makes for them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

from syntask_yaml.errors import BackendConflict, BackendError

if TYPE_CHECKING:
    from syntask_yaml.model.automation import AutomationWrite, StoredAutomation
    from syntask_yaml.model.delivery import Attempt, Delivery, DeliveryClaim


class WrittenAutomation(NamedTuple):
    """What became of one write: the automation's *id*, or the *error* that kept it from happening."""

    write: AutomationWrite
    id: str | None = None
    error: BackendError | None = None


class Automations(Protocol):
    """What commands need."""

    def automations(
        self, *, project: str | None = None, names: Collection[str] = ()
    ) -> list[StoredAutomation]:
        """Return what automations there are, by name: all, or what *project* owns and those with *names*.

        On a server, names are not unique, and *names* mean nothing; *project* "" owns nothing there. The
        project of an automation is None where that project has nothing else on the server.
        """
        ...

    def write_automations(self, writes: Sequence[AutomationWrite]) -> Iterator[WrittenAutomation]:
        """Make the changes, and yield what became of each, in order; one failure stops no other.

        A write whose `before` is no longer what the backend has fails with `BackendConflict`.
        """
        ...

    def deliveries(self, run_id: str) -> list[Delivery]:
        """What automations did, and have yet to do, for a run; none where the backend does not tell."""
        ...


class DeliveryQueue(Protocol):
    """What our own worker needs."""

    def dispatch(self, now: datetime) -> int:
        """Make the deliveries that the ends of runs ask for, each once; how many are new.

        No end of a run is lost, whoever wrote it. Cheap when there is nothing to make.
        """
        ...

    def claim_deliveries(
        self, now: datetime, *, lease: float, limit: int, besides: Collection[str] = ()
    ) -> list[DeliveryClaim]:
        """Take deliveries that are due, each once, for *lease* seconds; each counts as an attempt.

        None is of the automations whose ids are in *besides*.
        """
        ...

    def renew_deliveries(self, claims: Sequence[DeliveryClaim], *, now: datetime, lease: float) -> None:
        """Hold on to deliveries for another *lease* seconds."""
        ...

    def report_delivery(self, claim: DeliveryClaim, attempt: Attempt, now: datetime) -> bool:
        """Write what an attempt came to; False, and nothing written, if the delivery is no longer ours."""
        ...


def refusal(write: AutomationWrite, found: StoredAutomation | None) -> BackendError | None:
    """Return why *write* must not happen where *found* is what the backend has now."""
    if found == write.before:
        return None
    return BackendConflict(
        f"The automation `{write.name}` was changed by another process in the meantime.", hint="Deploy again."
    )
