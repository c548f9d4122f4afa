"""Field conversions that need no function of their own."""

from __future__ import annotations

from collections.abc import Callable

from syntask_yaml.upgrade.draft import EntryDraft

Convert = Callable[[EntryDraft], None]


def carried(key: str) -> Convert:
    """Return a conversion that keeps the field under the same name."""

    def convert(draft: EntryDraft) -> None:
        node = draft.source.get(key)
        if node is not None:
            draft.carry(node, key)
            draft.put(key, draft.literal(node.value))

    return convert


def dropped(key: str, reason: str) -> Convert:
    """Return a conversion that drops the field for *reason*."""

    def convert(draft: EntryDraft) -> None:
        node = draft.source.get(key)
        if node is not None:
            draft.drop(node, reason)

    return convert
