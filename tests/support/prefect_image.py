"""An image with the Prefect of the tests, for runs of stock docker workers."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

from tests.conftest import CHECKOUT
from tests.support.container_engine import ContainerEngine
from tests.support.python_image import CHANGES, python_files, with_bytecode

IMAGE = "prefecthq/prefect:3-python3.11"
# Programs of packages, each a module that Python runs.
_PROGRAMS = ("prefect", "pip")
_PROGRAM = f'#!/bin/sh\nexec {sys.base_prefix}/bin/python -m %s "$@"\n'
_CODE = f"{sys.base_prefix}/lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
_KINDS = {".pyc", ".pyi"}


def load_prefect_image(
    engine: ContainerEngine, name: str = IMAGE, files: Mapping[str, bytes | str] | None = None
) -> None:
    """Make an image with Python, Prefect, this package and *files*, which only *engine* has."""
    programs = {f"bin/{name}": _PROGRAM % name for name in _PROGRAMS}
    content = with_bytecode({**python_files(), **dict(_packages()), **programs, **(files or {})})
    engine.load(name, content, [*CHANGES, "ENV HOME=/root", "ENV USER=root", "WORKDIR /opt"])


def _packages() -> Iterator[tuple[str, bytes]]:
    """Prefect, this package and what both need, as they are installed here."""
    for name in {"pip", *_needed_by("prefect", set()), *_needed_by("syntask-yaml", set())}:
        found = distribution(name)
        for file in found.files or ():
            if file.suffix not in _KINDS and ".." not in file.parts:
                yield f"{_CODE}/{file}"[1:], Path(str(found.locate_file(file))).read_bytes()
    for package in ("syntask", "syntask_yaml"):
        for path in (CHECKOUT / package).rglob("*"):
            if path.is_file() and path.suffix not in _KINDS:
                yield f"{_CODE}/{path.relative_to(CHECKOUT)}"[1:], path.read_bytes()


def _needed_by(name: str, seen: set[str], extra: str = "") -> set[str]:
    """*name* and all that it needs, with that of its *extra*."""
    seen.add(name)
    for line in distribution(name).requires or ():
        needed = Requirement(line)
        if needed.marker is not None and not needed.marker.evaluate({"extra": extra}):
            continue
        for each in ("", *needed.extras):
            if each or needed.name.lower() not in seen:
                try:
                    _needed_by(needed.name.lower(), seen, each)
                except PackageNotFoundError:
                    seen.discard(needed.name.lower())
    return seen
