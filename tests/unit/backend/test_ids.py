"""Ids and names."""

from __future__ import annotations

from uuid import RFC_4122, UUID

from syntask_yaml.backend.ids import new_id, run_name


def test_an_id_is_a_random_uuid() -> None:
    """In the form in which everybody writes them."""
    ids = {new_id() for _ in range(1000)}

    assert len(ids) == 1000
    assert {(UUID(each).version, UUID(each).variant) for each in ids} == {(4, RFC_4122)}
    assert all(str(UUID(each)) == each for each in ids)


def test_a_run_is_named_after_its_id() -> None:
    """Two words, the same ones for the same id, and many for many."""
    ids = [new_id() for _ in range(200)]
    names = [run_name(each) for each in ids]

    assert names == [run_name(each) for each in ids]
    assert len(set(names)) > 150
    assert all(len(name.split("-")) == 2 for name in names)
