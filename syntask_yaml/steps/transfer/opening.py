"""Open a folder of a store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from syntask_yaml.steps.transfer.failure import failure_of
from syntask_yaml.steps.transfer.remote import Remote


def opened(make: Callable[[], Any], path: str, url: str, secrets: tuple[str, ...] = ()) -> Remote:
    """Return the folder at *path* of the file system that *make* returns. Raises StepFailed."""
    try:
        return Remote(make(), path, url, secrets)
    except Exception as error:  # noqa: BLE001  (whatever a store's library raises)
        raise failure_of(error, Remote(None, path, url, secrets)) from None
