"""Deploy history and ledgers: one row for each deploy, each project, and each entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from syntask_yaml.backend.embedded.base import EmbeddedBase
from syntask_yaml.backend.embedded.codec import from_json, to_json
from syntask_yaml.model.resource import Owner, ResourceLedger

if TYPE_CHECKING:
    from syntask_yaml.model.deploy_record import DeployRecord
    from syntask_yaml.model.deployment import Stored

_PAGE_SIZE = 50
_MAX_ID = 2**63 - 1
# Records older than this are deleted if their project has this many newer ones.
_KEPT_FOR = timedelta(days=90)
_KEPT = 1000


class EmbeddedHistory(EmbeddedBase):
    """Operations on the deploy history."""

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
        from syntask_yaml.model.deploy_record import DeployRecord  # not loaded for a plan

        name, before = "deploys" if project is None else "deploys_of_project", _MAX_ID
        of = {} if project is None else {"project": project}
        while rows := self._store.all(name, before=before, limit=_PAGE_SIZE, **of):
            for row in rows:
                if record := DeployRecord.from_json(str(row["id"]), from_json(row["record"])):
                    yield record
            before = rows[-1]["id"]

    def half_renamed(self) -> list[Stored]:
        return []


class EmbeddedLedgers(EmbeddedBase):
    """Operations on ledgers."""

    def ledgers(self) -> list[ResourceLedger]:
        return [
            ResourceLedger(Owner(row["project"], row["origin"]), frozenset(from_json(row["names"])))
            for row in self._store.all("ledgers")
        ]

    def write_ledger(self, ledger: ResourceLedger) -> None:
        owner = ledger.owner
        with self._store.transaction():
            if ledger.names:
                names = to_json(sorted(ledger.names))
                self._store.change("put_ledger", project=owner.project, origin=owner.origin, names=names)
            else:
                self._store.change("drop_ledger", project=owner.project)

    def read_ledger(self, name: str) -> Mapping[str, Any]:
        row = self._store.one("kept", name=name)
        return from_json(row["content"]) if row else {}

    def keep_ledger(self, name: str, content: Mapping[str, Any]) -> None:
        with self._store.transaction():
            self._store.change("keep", name=name, content=to_json(content))
