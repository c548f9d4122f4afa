"""The old side of a switch: a deployment on an old server."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from syntask_yaml.backend.prefect.old_api import OldApi
from syntask_yaml.backend.prefect.old_runs import coming_runs, scheduled_since
from syntask_yaml.backend.prefect.old_schedules import Scheduling, restore, stop


@dataclass(frozen=True, slots=True)
class OldSide:
    """The deployment *id* of an old server, whose schedules were *former* before the switch."""

    api: OldApi
    id: str
    former: Scheduling

    def coming(self) -> list[datetime]:
        return [run.due for run in coming_runs(self.api, [self.id])]

    def stop(self) -> None:
        stop(self.api, self.id)

    def start(self) -> None:
        restore(self.api, self.id, self.former)

    def taken_until(self, now: datetime) -> datetime | None:
        later = scheduled_since(self.api, self.id, now)
        return max((run.due for run in later if not run.is_waiting), default=None)

    def times(self, since: datetime) -> frozenset[datetime]:
        return frozenset(run.due for run in scheduled_since(self.api, self.id, since))

    def has_begun(self) -> bool:
        return bool(self.coming())

    def begins(self, now: datetime) -> datetime:
        return now
