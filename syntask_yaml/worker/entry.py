"""The flow that an entrypoint names, loaded: this runs the user's file."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from syntask_yaml.errors import NotFound


def load_entrypoint(text: str) -> Callable[..., Any]:
    """What `path/to/file.py:function`, `package.module:function` or `package.module.function` names.

    The current directory, and the folder of a file, come first on `sys.path`. Raises NotFound, or
    whatever the user's code raises.
    """
    sys.path.insert(0, str(Path.cwd()))
    place, colon, name = text.rpartition(":")
    if not colon:
        place, _, name = text.rpartition(".")
    is_file = colon and (place.endswith(".py") or "/" in place or "\\" in place)
    module = _load_file(Path(place.replace("\\", "/"))) if is_file else importlib.import_module(place)
    found: Any = module
    for part in name.split("."):
        found = getattr(found, part, None)
    if not callable(found):
        raise NotFound(
            f"`{place}` has no flow `{name}`.",
            hint="Is the code that was pulled the right version?",
        )
    function: Callable[..., Any] = found
    return function


def _load_file(path: Path) -> ModuleType:
    file = path.resolve()
    if not file.is_file():
        raise NotFound(
            f"There is no file `{path}` in `{Path.cwd()}`.",
            hint="Does a `pull` step bring it here?",
        )
    sys.path.insert(0, str(file.parent))
    # The file's own name, so that what it pickles can be found again, unless that would hide a module.
    is_free = "." not in file.stem and file.stem not in sys.modules
    name = file.stem if is_free else f"__syntask_{file.stem.replace('.', '_')}__"
    # With the folder as that of its submodules, so that `from .places import CITY` finds what is beside it.
    folders = [str(file.parent), str(Path.cwd())]
    spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=folders)
    if spec is None or spec.loader is None:
        raise NotFound(f"`{path}` is no Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
