"""Open the backend at a URL, by a table of URL schemes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from syntask_yaml.errors import UsageError
from syntask_yaml.files import home_path

if TYPE_CHECKING:
    from syntask_yaml.backend.base import Backend

_EMBEDDED = "embedded:"
_NOTHING: Mapping[str, str] = MappingProxyType({})
# Opens the backend at a URL. Takes the path of the default store, the environment, and whether to create a
# store.
_Opener: TypeAlias = "Callable[[str, Path, Mapping[str, str], bool], Backend]"


def connect(
    url: str | None, *, store: Path, environ: Mapping[str, str] = _NOTHING, creates: bool = True
) -> Backend:
    """Open the backend at *url*, `embedded:PATH` or a Prefect API; by default the embedded one at *store*.

    Without *creates*, a store that does not exist is opened as an empty one in memory, and no file is
    created. *environ* has the connection settings of servers. Raises BackendError if the backend cannot be
    opened, UsageError for an unsupported URL.
    """
    if problem := why_no_backend(url):
        detail, hint = problem
        raise UsageError(detail, hint=hint)
    whole = _whole(url)
    opens = next(opener for scheme, opener in OPENERS.items() if whole.startswith(scheme))
    return opens(whole, store, environ, creates)


def why_no_backend(url: str | None) -> tuple[str, str] | None:
    """Return the detail and the hint for an unsupported *url*; None if it is supported."""
    if _whole(url).startswith(tuple(OPENERS)):
        return None
    hint = "Use `embedded:PATH` for a store file, or `https://…/api` for a server."
    return f"`{url}` is not a valid backend.", hint


def _whole(url: str | None) -> str:
    return _EMBEDDED if url in (None, "embedded") else str(url)


def store_path(url: str, store: Path) -> Path | None:
    """Return the path of the store of an embedded *url*, by default *store*; None for other URLs."""
    scheme, _, path = url.partition(":")
    if scheme != _EMBEDDED.removesuffix(":"):
        return None
    return home_path(path) if path else store


def _open_embedded(url: str, store: Path, _environ: Mapping[str, str], creates: bool) -> Backend:
    from syntask_yaml.backend.embedded import EmbeddedBackend

    return EmbeddedBackend.open(store_path(url, store) or store, creates=creates)


def _open_server(url: str, _store: Path, environ: Mapping[str, str], _creates: bool) -> Backend:
    from syntask_yaml.backend.prefect.backend import PrefectBackend

    return PrefectBackend.open(url, environ)


OPENERS: Mapping[str, _Opener] = {
    _EMBEDDED: _open_embedded,
    "http://": _open_server,
    "https://": _open_server,
}
