"""What one attempt of a delivery needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

from syntask_yaml.model.block import Block

# Seconds for each of what is waited for on the network: to connect, to send, to get an answer.
TIMEOUT = 10.0


class Undelivered(Exception):
    """The attempt failed; the message says why, in a sentence without secrets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryContext:
    """One attempt to do *action*: *id* is that of the delivery, *facts* what its templates may use.

    *block* looks up a block by type and name. Programs run in *directory* with *environ*, and end when *stop*
    is set.
    """

    id: str
    action: Mapping[str, Any]
    facts: Mapping[str, Any]
    block: Callable[[str, str], Block | None]
    environ: Mapping[str, str]
    directory: Path
    stop: Event = field(default_factory=Event)

    def needed_block(self) -> Block:
        """Return the block that the action names. Raises Undelivered if there is none."""
        kind, _, name = self.action["block"].partition("/")
        found = self.block(kind, name)
        if found is None:
            raise Undelivered(f"The backend has no block `{kind}/{name}`.")
        return found
