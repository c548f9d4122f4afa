"""The embedded backend: one SQLite file, for one machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from syntask_yaml.backend.embedded.backend import EmbeddedBackend

__all__ = ["EmbeddedBackend"]


def __getattr__(name: str) -> Any:
    """Load the whole backend on first use: scripts need only a part."""
    if name != "EmbeddedBackend":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from syntask_yaml.backend.embedded.backend import EmbeddedBackend

    return EmbeddedBackend
