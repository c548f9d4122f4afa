"""Ledgers: one row for each project, and one for each entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syntask_yaml.backend.embedded.base import EmbeddedBase
from syntask_yaml.backend.embedded.codec import from_json, to_json
from syntask_yaml.model.resource import Owner, ResourceLedger


class EmbeddedLedgers(EmbeddedBase):
    """The verbs about ledgers."""

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
