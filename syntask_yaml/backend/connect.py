"""Open the backend of a URL: a table with one row for each scheme."""

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
# Opens the backend at a URL, with the path of the usual store, the environment, and whether a store is made.
_Opener: TypeAlias = "Callable[[str, Path, Mapping[str, str], bool], Backend]"


def connect(
    url: str | None, *, store: Path, environ: Mapping[str, str] = _NOTHING, creates: bool = True
) -> Backend:
    """Open the backend at *url*: `embedded:PATH`, or a Prefect API; None is the embedded one at *store*.

    Without *creates*, a store that does not exist is an empty one in memory, and no file is made.
    *environ* says how to talk to a server. Raises BackendError if it cannot be opened, UsageError for a
    URL of another kind.
    """
    if problem := why_no_backend(url):
        detail, hint = problem
        raise UsageError(detail, hint=hint)
    whole = _whole(url)
    opens = next(opener for scheme, opener in OPENERS.items() if whole.startswith(scheme))
    return opens(whole, store, environ, creates)


def why_no_backend(url: str | None) -> tuple[str, str] | None:
    """Return why *url* is none of a backend, and what to do about it; None where it is one."""
    if _whole(url).startswith(tuple(OPENERS)):
        return None
    hint = "Use `embedded:PATH` for a store file, or `https://…/api` for a server."
    return f"`{url}` is not a valid backend.", hint


def _whole(url: str | None) -> str:
    return _EMBEDDED if url in (None, "embedded") else str(url)


def store_path(url: str, store: Path) -> Path | None:
    """Return where the store of an embedded *url* is, *store* if it has no path; None for other URLs."""
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
