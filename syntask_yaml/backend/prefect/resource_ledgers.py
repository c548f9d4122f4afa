"""Ledgers of resources on a server, stored as variables, or as several if they are too long."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from syntask_yaml.backend.prefect.base import PrefectBase
from syntask_yaml.backend.prefect.bodies import Raw
from syntask_yaml.backend.prefect.encoding import key_for, part
from syntask_yaml.model.resource import Owner, ResourceLedger

PREFIX = "syntask_ledger_"
# The maximal length of the names in a part, as JSON. The value of a variable is limited to 5,000 characters.
_MAX_LENGTH = 4000


@dataclass(frozen=True, slots=True)
class _Part:
    """The variable called *variable*, with some of the *names* of the resources of *owner*."""

    variable: str
    owner: Owner
    names: tuple[str, ...]
    may_have_automations: bool


class PrefectResourceLedgers(PrefectBase):
    """Operations on ledgers of resources."""

    def ledgers(self) -> list[ResourceLedger]:
        parts: dict[str, list[_Part]] = {}
        for each in self._parts():
            parts.setdefault(each.owner.project or "", []).append(each)
        return [_joined(several) for _, several in sorted(parts.items())]

    def write_ledger(self, ledger: ResourceLedger) -> None:
        project = ledger.owner.project or ""
        stored = {each.variable: each for each in self._parts() if each.owner.project == project}
        wanted = {each.variable: each for each in _distributed(ledger, list(stored.values()))}
        for each in wanted.values():
            if stored.get(each.variable) != each:
                self._write_part(each)
        for variable in stored.keys() - wanted.keys():
            self._api.delete(f"/variables/name/{part(variable)}")

    def _parts(self) -> list[_Part]:
        found = self._server.every("variables", {"variables": {"name": {"like_": PREFIX}}})
        parts = (_part(raw) for raw in found if raw["name"].startswith(PREFIX))
        return sorted((each for each in parts if each is not None), key=lambda each: each.variable)

    def _write_part(self, each: _Part) -> None:
        owner = each.owner
        value = {
            "project": owner.project,
            "origin": owner.origin,
            "names": list(each.names),
            "automations": each.may_have_automations,
        }
        if not self._api.patch(f"/variables/name/{part(each.variable)}", {"value": value}):
            self._api.made("/variables/", {"name": each.variable, "value": value, "tags": []})


def _joined(parts: Sequence[_Part]) -> ResourceLedger:
    """Return the ledger that consists of *parts*."""
    names = frozenset(name for each in parts for name in each.names)
    may_have_automations = any(each.may_have_automations for each in parts)
    return ResourceLedger(parts[0].owner, names, may_have_automations)


def _distributed(ledger: ResourceLedger, stored: Sequence[_Part]) -> Iterator[_Part]:
    """Yield the new parts of *ledger*. Names in *stored* parts do not move."""
    kept = {each.variable: [name for name in each.names if name in ledger.names] for each in stored}
    new = sorted(ledger.names - {name for names in kept.values() for name in names})
    taken = {variable: len(json.dumps(names)) for variable, names in kept.items()}
    for name in new:
        length = len(json.dumps([name]))
        free = (variable for variable, number in taken.items() if number + length < _MAX_LENGTH)
        variable = next(free, None) or _unused(ledger, kept)
        kept.setdefault(variable, []).append(name)
        taken[variable] = taken.get(variable, 0) + length
    for variable, names in kept.items():
        if names:
            yield _Part(variable, ledger.owner, tuple(names), ledger.may_have_automations)


def _unused(ledger: ResourceLedger, taken: Mapping[str, object]) -> str:
    """Return an unused variable name for *ledger*."""
    stem = key_for(ledger.owner.project or "", PREFIX)
    return next(name for number in range(len(taken) + 1) if (name := f"{stem}_{number}") not in taken)


def _part(raw: Raw) -> _Part | None:
    """Return the part in a variable; None if the variable has other content."""
    try:
        value = raw["value"]
        owner = Owner(str(value["project"]), value["origin"])
        may_have_automations = value.get("automations") is not False
        return _Part(str(raw["name"]), owner, tuple(map(str, value["names"])), may_have_automations)
    except (LookupError, TypeError, AttributeError):
        return None
