"""Automations and their deliveries."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from syntask_yaml.backend.automations import WrittenAutomation, refusal
from syntask_yaml.backend.clock import SKEW
from syntask_yaml.backend.embedded.base import EmbeddedBase
from syntask_yaml.backend.embedded.codec import from_json, from_moment, to_json, to_moment, to_text
from syntask_yaml.backend.embedded.run_rows import run_of
from syntask_yaml.backend.ids import new_id
from syntask_yaml.model.automation import Automation, AutomationWrite, StoredAutomation
from syntask_yaml.model.delivery import Attempt, Delivery, DeliveryClaim, DeliveryState, delivery_id
from syntask_yaml.model.run import Run
from syntask_yaml.model.run_event import event_of, is_fired

# The number of runs per transaction.
_BATCH_SIZE = 100
# No delivery is due later than this; a later one was written before the clock was set back.
_MAX_DELAY = timedelta(hours=2) + SKEW


class EmbeddedAutomations(EmbeddedBase):
    """Operations on automations and deliveries."""

    def automations(
        self, *, project: str | None = None, names: Collection[str] = ()
    ) -> list[StoredAutomation]:
        rows = self._store.all("automations", project=project, names=to_json(list(names)))
        return [_automation_of(row) for row in rows]

    def write_automations(self, writes: Sequence[AutomationWrite]) -> Iterator[WrittenAutomation]:
        with self._store.transaction():
            stored = {each.automation.name: each for each in self.automations()}
            return iter([self._write_automation(write, stored.get(write.name)) for write in writes])

    def _write_automation(self, write: AutomationWrite, found: StoredAutomation | None) -> WrittenAutomation:
        if error := refusal(write, found):
            return WrittenAutomation(write, error=error)
        if write.after is None:
            self._store.change("drop_automation", name=write.name)
            return WrittenAutomation(write, id=found.id if found else None)
        own_id = found.id if found else new_id()
        self._store.change("put_automation", id=own_id, created=to_moment(self._clock()), **_row(write.after))
        return WrittenAutomation(write, id=own_id)

    def deliveries(self, run_id: str) -> list[Delivery]:
        return [_delivery_of(row) for row in self._store.all("deliveries_of_run", run_id=run_id)]

    def dispatch(self, now: datetime) -> int:
        made = 0
        while self._store.all("ended_runs", limit=1):
            with self._store.transaction():
                made += self._dispatch(now)
        return made

    def _dispatch(self, now: datetime) -> int:
        """Create the deliveries for one batch of ended runs."""
        automations = self.automations()
        runs = [run_of(row) for row in self._store.all("ended_runs", limit=_BATCH_SIZE)]
        rows = [row for run in runs for row in _due_for(run, automations)]
        self._store.change_each("drop_ended_run", [{"run_id": run.id} for run in runs])
        return self._store.change_each("insert_delivery", ({**row, "now": to_moment(now)} for row in rows))

    def claim_deliveries(
        self, now: datetime, *, lease: float, limit: int, besides: Collection[str] = ()
    ) -> list[DeliveryClaim]:
        due = {"now": to_moment(now), "ahead": to_moment(now + _MAX_DELAY)}
        which = {**due, "besides": to_json(list(besides))}
        if limit < 1 or not self._store.all("deliveries_to_claim", **which):
            return []
        token = new_id()
        with self._store.transaction():
            until = to_moment(now + timedelta(seconds=lease))
            rows = self._store.all("claim_deliveries", **which, token=token, leased_until=until, limit=limit)
            runs = {row["run_id"]: self._store.all("run", id=row["run_id"])[0] for row in rows}
        return [DeliveryClaim(_delivery_of(row), run_of(runs[row["run_id"]]), token) for row in rows]

    def renew_deliveries(self, claims: Sequence[DeliveryClaim], *, now: datetime, lease: float) -> None:
        until = to_moment(now + timedelta(seconds=lease))
        with self._store.transaction():
            rows = [{"id": each.delivery.id, "token": each.token, "leased_until": until} for each in claims]
            self._store.change_each("renew_delivery", rows)

    def report_delivery(self, claim: DeliveryClaim, attempt: Attempt, now: datetime) -> bool:
        with self._store.transaction():
            return self._store.change("save_delivery", **_outcome_row(claim, attempt, now)) > 0


def _due_for(run: Run, automations: Iterable[StoredAutomation]) -> Iterator[Mapping[str, Any]]:
    """Yield the values for `insert_delivery` of every action triggered by the end of *run*."""
    event = event_of(run)
    for stored in automations:
        automation = stored.automation
        is_older = stored.created is None or run.ended is None or stored.created <= run.ended
        if not automation.enabled or not is_older or not is_fired(automation.trigger, event):
            continue
        for position, action in enumerate(automation.actions):
            yield {
                "id": delivery_id(run.id, stored.id, position),
                "run_id": run.id,
                "automation_id": stored.id,
                "automation": automation.name,
                "action": to_json(action),
            }


def _row(automation: Automation) -> Mapping[str, Any]:
    """Return the values for `put_automation`, except the id and the time."""
    document = {
        "description": automation.description,
        "trigger": automation.trigger,
        "actions": automation.actions,
        "origin": automation.origin,
    }
    return {
        "name": automation.name,
        "project": automation.project,
        "is_enabled": automation.enabled,
        "document": to_json(document),
    }


def _automation_of(row: sqlite3.Row) -> StoredAutomation:
    document = from_json(row["document"])
    automation = Automation(
        name=row["name"],
        project=row["project"],
        enabled=bool(row["is_enabled"]),
        description=document["description"],
        trigger=document["trigger"],
        actions=tuple(document["actions"]),
        origin=document.get("origin"),
    )
    return StoredAutomation(row["id"], automation, from_moment(row["created"]))


def _delivery_of(row: sqlite3.Row) -> Delivery:
    return Delivery(
        id=row["id"],
        run_id=row["run_id"],
        automation_id=row["automation_id"],
        automation=row["automation"],
        action=from_json(row["action"]),
        state=DeliveryState(row["state"]),
        attempts=row["attempts"],
        message=row["message"],
        created=from_moment(row["created"]),
        ended=from_moment(row["ended"]),
        due=from_moment(row["due"]),
    )


def _outcome_row(claim: DeliveryClaim, attempt: Attempt, now: datetime) -> Mapping[str, Any]:
    """Return the values for `save_delivery`."""
    return {
        "id": claim.delivery.id,
        "token": claim.token,
        "state": attempt.state.value,
        "message": to_text(attempt.message),
        "ended": None if attempt.again else to_moment(now),
        "due": attempt.again and to_moment(attempt.again),
    }
