"""Names of deployments and tags, as callers pass them."""

from __future__ import annotations

from collections.abc import Sequence


def listed(names: Sequence[str]) -> tuple[str, ...]:
    """Return *names* as a tuple; a text is one name, not a sequence of letters."""
    return (names,) if isinstance(names, str) else tuple(names)
