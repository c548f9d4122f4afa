"""Load a user's module, which executes its code.

The child process that loads flows reads this file by its path, with the Python of the project: the
standard library is all it may use.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

# Set in the environment while a file is loaded for its flows.
LOADING = "SYNTASK_LOADING"


def load_module(name: str | None, file: str | None) -> ModuleType:
    """Import the module *name*, or execute *file*, with its directory and the current one on `sys.path`.

    Raises ImportError, or whatever the user's code raises.
    """
    os.environ[LOADING] = "1"
    try:
        return _load_module(name, file)
    finally:
        os.environ.pop(LOADING, None)  # once for those that are loaded inside of each other


def _load_module(name: str | None, file: str | None) -> ModuleType:
    root = str(Path.cwd())
    sys.path.insert(0, root)
    if file is None:
        return importlib.import_module(name or "")
    folder, stem = str(Path(file).parent), Path(file).stem
    sys.path.insert(0, folder)
    # The file's own name, so that what it pickles can be found again, unless that would hide a module.
    is_free = "." not in stem and stem not in sys.modules
    # The directory is the search path of submodules, so that `from .places import CITY` works.
    return run_file(stem if is_free else f"__syntask_{stem.replace('.', '_')}__", file, [folder, root])


def run_file(name: str, file: str, folders: Sequence[str] = ()) -> ModuleType:
    """Run *file* as the module *name*, whose submodules are in *folders*.

    Raises ImportError, and what the file raises.
    """
    locations = list(folders) or None
    spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=locations)
    if spec is None or spec.loader is None:
        raise ImportError(f"`{file}` is not a Python file")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
