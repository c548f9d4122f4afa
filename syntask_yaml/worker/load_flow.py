"""Loading of an entrypoint's flow, which executes the user's file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

# Modules that nearly all flows import; runs are forked from a process that has them.
import syntask._definitions.decorators
import syntask._runs.late  # noqa: F401
from syntask_yaml.errors import NotFound
from syntask_yaml.pysource.entrypoint import parse_entrypoint
from syntask_yaml.pysource.load import load_module


def load_flow(text: str) -> Callable[..., Any]:
    """Return the function of the entrypoint *text*.

    The current directory, and the folder of a file, come first on `sys.path`. Raises InvalidEntrypoint,
    NotFound, and the errors of the user's code.
    """
    entrypoint = parse_entrypoint(text)
    file = entrypoint.path and str(Path(entrypoint.path).resolve())
    if file and not Path(file).is_file():
        detail = f"There is no file `{entrypoint.path}` in `{Path.cwd()}`."
        raise NotFound(detail, hint="Check that a `pull` step downloads it.")
    found: Any = load_module(entrypoint.module, file)
    for part in entrypoint.function.split("."):
        found = getattr(found, part, None)
    if not callable(found):
        detail = f"`{entrypoint.path or entrypoint.module}` has no flow `{entrypoint.function}`."
        raise NotFound(detail, hint="Check that the `pull` steps fetch the right version.")
    function: Callable[..., Any] = found
    return function
