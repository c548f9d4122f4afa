"""Deliveries of automations for a run, as text and JSON."""

from __future__ import annotations

from typing import Any

from syntask_yaml.cli.views.output import when
from syntask_yaml.model.automation import target_of
from syntask_yaml.model.delivery import Delivery, DeliveryState


def encode_delivery(delivery: Delivery) -> dict[str, Any]:
    """Return a delivery as JSON."""
    return {
        "id": delivery.id,
        "automation": delivery.automation,
        "action": delivery.action.get("type"),
        "target": target_of(delivery.action),
        "state": delivery.state.value,
        "attempts": delivery.attempts,
        "message": delivery.message,
        "ended": delivery.ended,
        "next_attempt": delivery.due,
    }


def action_text(delivery: Delivery) -> str:
    """Return the action and its recipient: `call-webhook webhook/ops`."""
    return f"{delivery.action.get('type')} {target_of(delivery.action)}".rstrip()


def delivery_text(delivery: Delivery) -> str:
    """Return a delivery on one line."""
    what = f"{delivery.automation}: {action_text(delivery)}"
    times = f"{delivery.attempts} attempt{'' if delivery.attempts == 1 else 's'}"
    message = f" {delivery.message}" if delivery.message else ""
    match delivery.state:
        case DeliveryState.DELIVERED:
            return f"{what}: delivered at {when(delivery.ended)} after {times}.{message}"
        case DeliveryState.FAILED:
            return f"{what}: given up at {when(delivery.ended)} after {times}.{message}"
    return f"{what}: {times} so far, the next one is due at {when(delivery.due)}.{message}"
