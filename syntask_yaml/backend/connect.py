"""The backend that a URL means."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from syntask_yaml.backend.base import Backend, RunQueue
from syntask_yaml.errors import UsageError

EMBEDDED = "embedded:"


class OwnBackend(Backend, RunQueue, Protocol):
    """A backend that our own worker can serve."""


def connect(url: str | None, *, store: Path) -> Backend:
    """Open the backend at *url*: `embedded:PATH`, or a Prefect API; None is the embedded one at *store*.

    Raises BackendError if it cannot be opened, UsageError for a URL of another kind.
    """
    if url is None or url.startswith(EMBEDDED) or url == "embedded":
        return open_embedded(url, store=store)
    if url.startswith(("http://", "https://")):
        raise UsageError(f"`{url}`: this version has no backend for a server yet.")
    hint = "Write `embedded:PATH` for a store file, or `https://…/api` for a server."
    raise UsageError(f"`{url}` is no backend.", hint=hint)


def open_embedded(url: str | None, *, store: Path) -> OwnBackend:
    """The embedded backend at *url* (`embedded:PATH`, or None for *store*)."""
    from syntask_yaml.backend.embedded import EmbeddedBackend

    path = (url or "").removeprefix(EMBEDDED).removeprefix("embedded")
    return EmbeddedBackend.open(Path(path).expanduser() if path else store)
