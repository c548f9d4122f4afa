"""Names of deployments and tags, as callers pass them."""

from __future__ import annotations

from collections.abc import Sequence


def listed(names: Sequence[str]) -> tuple[str, ...]:
    """Return *names*; a text is one name, and not a name for each of its letters."""
    return (names,) if isinstance(names, str) else tuple(names)
