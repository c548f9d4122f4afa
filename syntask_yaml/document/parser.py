"""PyYAML's parser, in C if available."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from yaml import SafeLoader as PureParser

try:
    from yaml.cyaml import CParser as Parser  # type: ignore[attr-defined]  # its stubs leave it out
except ImportError:
    from yaml import SafeLoader as Parser  # type: ignore[assignment]

__all__ = ["Parser", "PureParser", "collection_paused"]


@contextmanager
def collection_paused() -> Iterator[None]:
    """Suspend garbage collection: reading creates no cycles, and collection takes half of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
