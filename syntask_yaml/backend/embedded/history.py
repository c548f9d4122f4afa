"""Deploy history: one row for each deploy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from syntask_yaml.backend.embedded.base import EmbeddedBase
from syntask_yaml.backend.embedded.codec import from_json, to_json

if TYPE_CHECKING:
    from syntask_yaml.model.deploy_record import DeployRecord
    from syntask_yaml.model.deployment import Stored

_AT_ONCE = 50
_AFTER_ALL = 2**63 - 1
# What is older than this, and has so many after it in its target, is forgotten.
_KEPT_FOR = timedelta(days=90)
_KEPT = 1000


class EmbeddedHistory(EmbeddedBase):
    """The verbs about history."""

    def record_deploy(self, record: DeployRecord) -> DeployRecord:
        content = to_json(record.as_json())
        with self._store.transaction():
            if record.id:
                self._store.change("save_deploy", id=int(record.id), record=content)
                return record
            number = self._store.answer("insert_deploy", project=record.project, record=content)
            before = (record.began - _KEPT_FOR).isoformat()
            self._store.change("forget_deploys", project=record.project, number=_KEPT, before=before)
        return replace(record, id=str(number))

    def deploy_records(self, project: str | None = None) -> Iterator[DeployRecord]:
        from syntask_yaml.model.deploy_record import DeployRecord  # which a plan does not need

        name, before = "deploys" if project is None else "deploys_of_project", _AFTER_ALL
        of = {} if project is None else {"project": project}
        while rows := self._store.all(name, before=before, limit=_AT_ONCE, **of):
            for row in rows:
                if record := DeployRecord.from_json(str(row["id"]), from_json(row["record"])):
                    yield record
            before = rows[-1]["id"]

    def half_renamed(self) -> list[Stored]:
        return []
