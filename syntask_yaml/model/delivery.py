"""Deliveries: the actions of automations, each executed once per triggering run or given up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import NamedTuple
from uuid import UUID, uuid5

from syntask_yaml.model.run import Run
from syntask_yaml.model.value import Json

_NAMESPACE = UUID("6b0f1c1e-6f0b-4d0a-9a55-2f6f0a1f6d10")


class DeliveryState(Enum):
    """The state of a delivery: to be tried (again), done, or given up."""

    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"


class Delivery(NamedTuple):
    """One action of one automation for one run. Times are aware.

    *id* is the same in every attempt, so that a receiver can detect duplicates. *message* is the result of
    the last attempt. *due* is the time of the next attempt; None after the last one.
    """

    id: str
    run_id: str
    automation_id: str
    automation: str
    action: Mapping[str, Json]
    state: DeliveryState = DeliveryState.PENDING
    attempts: int = 0
    message: str = ""
    created: datetime | None = None
    ended: datetime | None = None
    due: datetime | None = None


class DeliveryClaim(NamedTuple):
    """A delivery for the end of *run*, claimed by one worker; *token* proves the claim."""

    delivery: Delivery
    run: Run
    token: str


class Attempt(NamedTuple):
    """The result of one attempt, with a *message*. *again* is the time of the next one, if there is one."""

    is_delivered: bool
    message: str
    again: datetime | None = None

    @property
    def state(self) -> DeliveryState:
        if self.is_delivered:
            return DeliveryState.DELIVERED
        return DeliveryState.PENDING if self.again else DeliveryState.FAILED


def delivery_id(run_id: str, automation_id: str, position: int) -> str:
    """Return the stable id of the delivery for an action at *position* of an automation and a run."""
    return str(uuid5(_NAMESPACE, f"{run_id}/{automation_id}/{position}"))
