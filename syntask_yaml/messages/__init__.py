"""The messages: a fixed summary for each code, and its meaning.

A summary never contains user data, so that people learn to recognize it. `docs/messages.md` is generated from
these tables; the code of every diagnostic and error is a key of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from syntask_yaml.messages.deploy import OF_DEPLOYS
from syntask_yaml.messages.message import Message
from syntask_yaml.messages.project import OF_PROJECTS
from syntask_yaml.messages.upgrade import OF_UPGRADES

__all__ = ["MESSAGES", "Message"]

MESSAGES: Mapping[str, Message] = {**OF_PROJECTS, **OF_DEPLOYS, **OF_UPGRADES}
