"""Deliveries as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from syntask_yaml.cli.views.deliveries import delivery_text, encode_delivery
from syntask_yaml.model.delivery import Delivery, DeliveryState


@pytest.mark.parametrize(
    ("action", "target"),
    [
        ({"type": "call-webhook", "block": "webhook/ops"}, "webhook/ops"),
        ({"type": "send-email", "block": "x/y", "to": "a@example.com"}, "a@example.com"),
        ({"type": "send-email", "block": "x/y", "to": ["a@example.com", "b@example.com"]},
         "a@example.com, b@example.com"),
        ({"type": "run-command", "command": ["notify", "--token", "t"]}, "notify"),
        ({"type": "of-a-newer-version", "block": "x/y"}, ""),
    ],
)  # fmt: skip
def test_one_action_is_told_from_another(action: Mapping[str, Any], target: str) -> None:
    """An automation may have several of a kind; arguments of a program may be secrets."""
    failed = DeliveryState.FAILED
    found = Delivery(
        id="1", run_id="2", automation_id="3", automation="page", action=action, state=failed, attempts=10
    )

    what = f"{action['type']} {target}".rstrip()
    assert delivery_text(found).startswith(f"page: {what}: given up at ")
    assert encode_delivery(found)["target"] == target
