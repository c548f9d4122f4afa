"""The outcomes of a source's fields: carried, dropped for a reason, or reported."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from syntask_yaml.diagnostics import Path as TreePath
from syntask_yaml.document.node import Node


class FieldOutcomeKind(Enum):
    CARRIED = "carried"
    DROPPED = "dropped"
    REPORTED = "reported"


@dataclass(frozen=True, slots=True)
class FieldOutcome:
    """The outcome of the field at *path*; *note* is its target, the reason, or the message."""

    path: TreePath
    kind: FieldOutcomeKind
    note: str


class Ledger:
    """The fields of a mapping, each of which gets an outcome exactly once."""

    def __init__(self, root: Node) -> None:
        self._open: dict[TreePath, Node] = {child.path: child for child in root.children()}
        self._outcomes: list[FieldOutcome] = []

    def open(self, node: Node) -> None:
        """Replace the field *node*, a mapping or list, by its items, each of which needs an outcome."""
        del self._open[node.path]
        self._open |= {child.path: child for child in node.children()}

    def settle(self, node: Node, kind: FieldOutcomeKind, note: str) -> None:
        """Record the outcome of *node*. Raises KeyError if it has one, or is not a field."""
        del self._open[node.path]
        self._outcomes.append(FieldOutcome(node.path, kind, note))

    @property
    def rest(self) -> tuple[Node, ...]:
        """The fields without an outcome."""
        return tuple(self._open.values())

    @property
    def outcomes(self) -> tuple[FieldOutcome, ...]:
        return tuple(self._outcomes)
