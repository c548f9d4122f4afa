"""The data files that ship with the package: `schemas/` and `templates/`."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def asset(name: str) -> Path:
    """Return the path of the file or folder *name*, such as `schemas/syntask.schema.json`.

    A wheel has the assets inside the package, a checkout next to it.
    """
    inside = _PACKAGE / name
    return inside if inside.exists() else _PACKAGE.parent / name
