"""The subset of this package that a container needs, as a folder that is mounted read-only.

It is named by its content, so it never changes while a container uses it. It includes bytecode for the
worker's Python; another Python compiles the modules at each start.
"""

from __future__ import annotations

import compileall
import hashlib
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from py_compile import PycInvalidationMode
from tempfile import mkdtemp

# Dependencies of the step `git_clone`, all in pure Python.
_PACKAGES = ("syntask", "syntask_yaml", "git", "gitdb", "smmap")
# Packages that only commands and workers need.
_LEFT_OUT = {"cli", "wizard", "upgrade", "project", "plan", "embedded", "prefect", "test", "__pycache__"}
_KINDS = {".py", ".json"}
# Seconds after which an unused folder is removed.
_KEPT = 30 * 86_400
# Source that every Python since 2.7 can parse.
_MAIN = b"""\
import sys

if sys.version_info < (3, 11):
    sys.exit("Runs need Python 3.11 or newer. This image has Python %d.%d." % sys.version_info[:2])
if sys.argv[1:] == ["run"]:
    from syntask_yaml.worker.child import main

    sys.exit(main())
from syntask_yaml.worker.container.supervisor import main

sys.exit(main(sys.argv[1]))
"""


def package_in(home: Path) -> Path:
    """Return the folder below *home*, creating it if necessary. Raises OSError."""
    folder = home / "packages"
    path = folder / f"syntask-{_digest()}"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _remove_old(folder)
        draft = Path(mkdtemp(prefix=".draft-", dir=folder))
        try:
            _fill(draft)
            with suppress(OSError):  # another worker created it
                draft.rename(path)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    with suppress(OSError):
        os.utime(path)
    return path


def _fill(draft: Path) -> None:
    for name, content in _files():
        path = draft / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    # Unchecked bytecode: the folder never changes.
    compileall.compile_dir(draft, quiet=2, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
    for path in (draft, *draft.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _remove_old(folder: Path) -> None:
    for each in folder.iterdir():
        with suppress(OSError):
            if each.stat().st_mtime < time.time() - _KEPT:
                shutil.rmtree(each)


@cache
def _digest() -> str:
    digest = hashlib.sha256(sys.implementation.cache_tag.encode())
    for name, content in _files():
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def _files() -> Iterator[tuple[str, bytes]]:
    yield "__main__.py", _MAIN
    for package in _PACKAGES:
        spec = find_spec(package)
        root = Path(str(spec.origin)).parent if spec is not None else Path()
        for path in sorted(root.rglob("*")):
            inside = path.relative_to(root.parent)
            if path.suffix in _KINDS and not _LEFT_OUT & set(inside.parts):
                yield str(inside), path.read_bytes()
