"""The switch of a deployment from an old server to the current backend, and back.

The journal is written before each step that changes anything, so that after an interruption, the next
`switch` finishes the switch, and the next `back` undoes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from syntask_yaml.backend.base import Backend
from syntask_yaml.backend.clock import Clock
from syntask_yaml.backend.prefect.old_deployment import OldDeployment
from syntask_yaml.backend.prefect.old_schedules import Scheduling, read_scheduling
from syntask_yaml.backend.prefect.old_server import OldServer
from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.errors import BackendRefused, NotFound
from syntask_yaml.model.deployment import Stored
from syntask_yaml.operations.handover import Handover, Wait
from syntask_yaml.operations.schedule_sides import BackendSide, has_active_schedule, is_on
from syntask_yaml.upgrade.journal import Journal, JournalEntry, Phase
from syntask_yaml.upgrade.old_side import OldSide

_STATUS = "Run `syntask upgrade status` to see what schedules where."


@dataclass(frozen=True, slots=True)
class Switched:
    """The outcome of a switch.

    *is_done*: something was changed. *missed* are the times for which neither side has a run.
    """

    entry: JournalEntry
    is_done: bool
    missed: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Switch:
    """The dependencies of a switch. *deploy* creates the deployment of that name, paused, on *backend*."""

    journal: Journal
    server: OldServer
    backend: Backend
    deploy: Callable[[str], None]
    clock: Clock
    wait: Wait

    def switch(self, found: Sequence[OldDeployment], name: str, old_name: str = "") -> Switched:
        """Switch from *old_name*, one of *found*, to its equal *name* on the backend.

        Raises NotFound if one of them does not exist, BackendRefused if the switch is impossible.
        """
        with self.journal.lock():
            old = _named(found, old_name or name, self.server.url)
            entry = self.journal.find(self.server.url, old.full_name)
            former = read_scheduling(self.server.api, old.id)
            new = self._deployed(name if old_name else old.full_name)
            if entry is not None and entry.phase is Phase.SWITCHED:
                if not former.is_on and is_on(new):
                    return Switched(entry, is_done=False)
                entry = None
            entry = entry or self._new_entry(old, new, former)
            return self._go_on(entry)

    def _deployed(self, name: str) -> Stored:
        found = self.backend.deployments(names=[name])
        if not found:
            self.deploy(name)
            found = self.backend.deployments(names=[name])
        if not found:
            raise NotFound(f"The backend has no deployment `{name}`.", hint="Deploy it first.")
        return found[0]

    def _new_entry(self, old: OldDeployment, new: Stored, former: Scheduling) -> JournalEntry:
        """Return the journal entry of a new switch. Raises BackendRefused if none can begin."""
        if new.id == old.id and self.backend.url == self.server.url:
            raise BackendRefused(
                f"`{old.full_name}` is the same deployment before and after.",
                hint="A deploy replaces it in place. To keep both, give the new one another name.",
            )
        if not former.is_on:
            raise BackendRefused(
                f"`{old.full_name}` has no active schedule on {self.server.url}.",
                hint=f"Run `syntask deployment resume {new.deployment.full_name}` to start the new one.",
            )
        if not has_active_schedule(new):
            raise BackendRefused(
                f"`{new.deployment.full_name}` has no active schedule on {self.backend.url}.",
                hint="Add its schedule to the project file and deploy it.",
            )
        return JournalEntry(
            name=new.deployment.full_name,
            old_name=old.full_name,
            old_id=old.id,
            old_url=self.server.url,
            new_url=self.backend.url,
            former=former,
            phase=Phase.SWITCHING,
            began=self.clock(),
        )

    def _go_on(self, entry: JournalEntry) -> Switched:
        source = OldSide(self.server.api, entry.old_id, entry.former)
        handover = Handover(source, BackendSide(self.backend, entry.name), self.clock, self.wait)
        coming = _joined(entry.coming, source.coming())
        entry = self.journal.write(replace(entry, phase=Phase.SWITCHING, coming=coming))
        handover.stop()
        handover.start()
        missed = handover.missed(coming)
        done = self.journal.write(replace(entry, phase=Phase.SWITCHED, coming=()))
        return Switched(done, is_done=True, missed=tuple(missed))

    def back(self, entry: JournalEntry) -> Switched:
        """Undo a switch, and restore the old schedules.

        Raises BackendRefused for a switch to another backend, NotFound if the old deployment was deleted.
        """
        if entry.new_url != self.backend.url:
            raise BackendRefused(
                f"`{entry.name}` was switched to {entry.new_url}, and the backend is {self.backend.url}.",
                hint=f"Add `--backend {entry.new_url}`.",
            )
        with self.journal.lock():
            read_scheduling(self.server.api, entry.old_id)
            target = OldSide(self.server.api, entry.old_id, entry.former)
            missed: list[datetime] = []
            if self.backend.deployments(names=[entry.name]):
                missed = self._hand_back(entry, target)
            else:
                target.start()
            self.journal.remove(entry)
        return Switched(entry, is_done=True, missed=tuple(missed))

    def _hand_back(self, entry: JournalEntry, target: OldSide) -> list[datetime]:
        source = BackendSide(self.backend, entry.name)
        handover = Handover(source, target, self.clock, self.wait)
        coming = _joined(entry.coming, source.coming())
        self.journal.write(replace(entry, phase=Phase.GOING_BACK, coming=coming))
        handover.stop()
        handover.start()
        return handover.missed(coming)


def find_entry(journal: Journal, name: str) -> JournalEntry:
    """Return the switch of a deployment called *name* on either side. Raises NotFound if there is none."""
    entries = journal.entries()
    found = [each for each in entries if name in (each.name, each.name.rpartition("/")[2], each.old_name)]
    if len(found) == 1:
        return found[0]
    if found:
        raise NotFound(f"`{name}` is ambiguous: several switches have that name.", hint="Use FLOW/NAME.")
    hint = did_you_mean(name, [each.name for each in entries], otherwise=_STATUS)
    raise NotFound(f"`{name}` was not switched from here.", hint=hint)


def _joined(one: Iterable[datetime], other: Iterable[datetime]) -> tuple[datetime, ...]:
    return tuple(sorted({*one, *other}))


def _named(deployments: Sequence[OldDeployment], name: str, url: str) -> OldDeployment:
    """Return the deployment called *name*: `flow/name`, or a name that is unique among flows."""
    found = [each for each in deployments if name in (each.full_name, each.name)]
    if len(found) == 1:
        return found[0]
    if found:
        raise NotFound(f"`{name}` is ambiguous on {url}.", hint="Use the full name, FLOW/NAME.")
    hint = did_you_mean(name, [each.full_name for each in deployments], otherwise=_STATUS)
    raise NotFound(f"{url} has no deployment `{name}`.", hint=hint)
