"""The backend that a URL means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias, TypeGuard

from syntask_yaml.backend.base import Backend, OwnBackend
from syntask_yaml.errors import UsageError
from syntask_yaml.files import home_path

_EMBEDDED = "embedded:"
_SERVERS = ("http://", "https://")
_NOTHING: Mapping[str, str] = MappingProxyType({})
# Opens the backend at a URL, with the path of the usual store, the environment, and whether a store is made.
_Opener: TypeAlias = Callable[[str, Path, Mapping[str, str], bool], Backend]


def is_server(url: str | None) -> TypeGuard[str]:
    """Whether *url* means a server's API."""
    return url is not None and url.startswith(_SERVERS)


def connect(
    url: str | None, *, store: Path, environ: Mapping[str, str] = _NOTHING, creates: bool = True
) -> Backend:
    """Open the backend at *url*: `embedded:PATH`, or a Prefect API; None is the embedded one at *store*.

    Without *creates*, a store that does not exist is an empty one in memory, and no file is made.
    *environ* says how to talk to a server. Raises BackendError if it cannot be opened, UsageError for a
    URL of another kind.
    """
    whole = _EMBEDDED if url in (None, "embedded") else str(url)
    for scheme, opens in _OPENERS.items():
        if whole.startswith(scheme):
            return opens(whole, store, environ, creates)
    hint = "Write `embedded:PATH` for a store file, or `https://…/api` for a server."
    raise UsageError(f"`{url}` is no backend.", hint=hint)


def open_embedded(url: str | None, *, store: Path, creates: bool = True) -> OwnBackend:
    """Open the embedded backend at *url* (`embedded:PATH`, or None for *store*)."""
    from syntask_yaml.backend.embedded import EmbeddedBackend

    return EmbeddedBackend.open(store_path(url, store), creates=creates)


def store_path(url: str | None, store: Path) -> Path:
    """Return where the store of an embedded *url* is; None, and one without a path, mean *store*."""
    path = (url or "").removeprefix("embedded").removeprefix(":")
    return home_path(path) if path else store


def _open_server(url: str, _store: Path, environ: Mapping[str, str], _creates: bool) -> Backend:
    from syntask_yaml.backend.prefect.backend import PrefectBackend

    return PrefectBackend.open(url, environ)


_OPENERS: Mapping[str, _Opener] = {
    _EMBEDDED: lambda url, store, _environ, creates: open_embedded(url, store=store, creates=creates),
    **dict.fromkeys(_SERVERS, _open_server),
}
