"""The functions that perform each type of action, and their time limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from syntask_yaml.delivery.command import run_command
from syntask_yaml.delivery.context import TIMEOUT, DeliveryContext, Undelivered
from syntask_yaml.delivery.webhook import call_webhook

# So many answers of its server a mail takes, about.
_ANSWERS_TO_MAIL = 9
# Seconds beyond what an action may take, after which nobody waits for it any more.
_GRACE = 20.0


@dataclass(frozen=True, slots=True)
class Sender:
    """*send* does an action and returns what came of it, or raises `Undelivered`; *seconds* it may take."""

    send: Callable[[DeliveryContext], str]
    seconds: Callable[[Mapping[str, Any]], float]


def _send_email(context: DeliveryContext) -> str:
    from syntask_yaml.delivery.mail import send_email  # which loads what few workers need

    return send_email(context)


SENDERS: Mapping[str, Sender] = {
    "call-webhook": Sender(call_webhook, lambda _action: 3 * TIMEOUT),
    "send-email": Sender(_send_email, lambda _action: _ANSWERS_TO_MAIL * TIMEOUT),
    "run-command": Sender(run_command, lambda action: float(action["timeout"])),
}


def send(context: DeliveryContext) -> str:
    """Do the action; what came of it, in a sentence. Raises Undelivered."""
    kind = context.action["type"]
    if kind not in SENDERS:  # a newer syntask stored it
        raise Undelivered(f"This version of syntask has no action `{kind}`.")
    return SENDERS[kind].send(context)


def longest(action: Mapping[str, Any]) -> float:
    """For how many seconds to wait for an attempt of *action*."""
    sender = SENDERS.get(action["type"])
    return (sender.seconds(action) if sender else 0) + _GRACE
