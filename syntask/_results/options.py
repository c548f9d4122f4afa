"""The result options of Prefect, converted to those of files."""

from __future__ import annotations

import os
import warnings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_FOLDERS = ("/", "./", "../", "~")


def result_folder(given: Any) -> str | None:
    """Return the folder of `result_storage`; None for the default.

    A block of Prefect, by name or as an object, is ignored with a warning: results are stored in files.
    """
    if given is None or isinstance(given, os.PathLike):
        return None if given is None else os.fspath(given)
    if isinstance(given, str) and given.startswith(_FOLDERS):
        return os.path.expanduser(given)  # noqa: PTH111  (pathlib is slow to import)
    shown = f"`{given}`" if isinstance(given, str) else f"a {type(given).__name__}"
    warnings.warn(
        f"`result_storage` is {shown}, which is not a directory. Results are stored in the default one, "
        "`$SYNTASK_HOME/results`. Pass a path such as `./results` to store them elsewhere.",
        stacklevel=4,
    )
    return None


def serializer_of(given: Any) -> str | None:
    """Return the name of a serializer or of a serializer object of Prefect. Raises ValueError if unknown."""
    if given is None:
        return None
    from syntask._results.store import SERIALIZERS

    name = given if isinstance(given, str) else getattr(given, "type", None)
    if name not in SERIALIZERS:
        known = ", ".join(f"`{each}`" for each in SERIALIZERS)
        raise ValueError(f"`result_serializer` is {given!r}; there are {known}.")
    return str(name)
