"""Ledgers: what a project has made, kept and found by any process."""

from __future__ import annotations

from syntask_yaml.backend.base import Backend
from syntask_yaml.model.block import Variable
from syntask_yaml.model.resource import Owner, ResourceLedger


def test_a_ledger_has_what_was_written_last(backend: Backend, twin: Backend) -> None:
    """However long it is; that of another project stays, and no list of variables has it."""
    many = frozenset(f"block secret/{'ä' * 40}-{number}" for number in range(200))
    shop = ResourceLedger(Owner("shop", "/here"), many)
    mall = ResourceLedger(Owner("team/mall ä", None), frozenset({"variable region"}))
    for each in shop, mall:
        backend.write_ledger(each)
    assert sorted(twin.ledgers(), key=lambda each: str(each.owner.project)) == [shop, mall]
    twin.set_variable(Variable("region", "north"))
    assert twin.variables() == [Variable("region", "north")]

    moved = ResourceLedger(Owner("shop", "/there"), many - set(sorted(many)[:150]) | {"work pool small"})
    twin.write_ledger(moved)
    twin.write_ledger(mall._replace(names=frozenset()))
    assert backend.ledgers() == [moved]
    backend.write_ledger(moved._replace(names=frozenset()))
    assert twin.ledgers() == []
