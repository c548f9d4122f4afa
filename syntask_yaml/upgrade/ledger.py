"""What becomes of each field of a source: it is carried, dropped for a reason, or reported."""

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
    """What became of the field at *path*; *note* is where it went, why it was dropped, or the message."""

    path: TreePath
    kind: FieldOutcomeKind
    note: str


class Ledger:
    """Every field of a mapping, until something becomes of it: exactly once."""

    def __init__(self, root: Node) -> None:
        self._open: dict[TreePath, Node] = {child.path: child for child in root.children()}
        self._outcomes: list[FieldOutcome] = []

    def open(self, node: Node) -> None:
        """From now on count what stands under *node*, a mapping or list, in the place of the whole."""
        del self._open[node.path]
        self._open |= {child.path: child for child in node.children()}

    def settle(self, node: Node, kind: FieldOutcomeKind, note: str) -> None:
        """Note what becomes of *node*. Raises KeyError for what is settled already, or is no field."""
        del self._open[node.path]
        self._outcomes.append(FieldOutcome(node.path, kind, note))

    @property
    def rest(self) -> tuple[Node, ...]:
        """The fields of which nothing has become yet."""
        return tuple(self._open.values())

    @property
    def outcomes(self) -> tuple[FieldOutcome, ...]:
        return tuple(self._outcomes)
