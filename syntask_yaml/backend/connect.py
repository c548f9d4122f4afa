"""The backend that a URL means."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, TypeGuard

from syntask_yaml.backend.base import Backend, RunQueue
from syntask_yaml.errors import UsageError
from syntask_yaml.files import home_path

EMBEDDED = "embedded:"
_NOTHING: Mapping[str, str] = MappingProxyType({})


class OwnBackend(Backend, RunQueue, Protocol):
    """A backend that our own worker can serve."""


def is_server(url: str | None) -> TypeGuard[str]:
    """Whether *url* means a server's API."""
    return url is not None and url.startswith(("http://", "https://"))


def connect(
    url: str | None, *, store: Path, environ: Mapping[str, str] = _NOTHING, creates: bool = True
) -> Backend:
    """Open the backend at *url*: `embedded:PATH`, or a Prefect API; None is the embedded one at *store*.

    Without *creates*, a store that does not exist is an empty one in memory, and no file is made.
    *environ* says how to talk to a server. Raises BackendError if it cannot be opened, UsageError for a
    URL of another kind.
    """
    if url is None or url.startswith(EMBEDDED) or url == "embedded":
        return open_embedded(url, store=store, creates=creates)
    if is_server(url):
        from syntask_yaml.backend.prefect.backend import PrefectBackend

        return PrefectBackend.open(url, environ)
    hint = "Write `embedded:PATH` for a store file, or `https://…/api` for a server."
    raise UsageError(f"`{url}` is no backend.", hint=hint)


def open_embedded(url: str | None, *, store: Path, creates: bool = True) -> OwnBackend:
    """Open the embedded backend at *url* (`embedded:PATH`, or None for *store*)."""
    from syntask_yaml.backend.embedded import EmbeddedBackend

    return EmbeddedBackend.open(store_path(url, store), creates=creates)


def store_path(url: str | None, store: Path) -> Path:
    """Return where the store of an embedded *url* is; None, and one without a path, mean *store*."""
    path = (url or "").removeprefix(EMBEDDED).removeprefix("embedded")
    return home_path(path) if path else store
