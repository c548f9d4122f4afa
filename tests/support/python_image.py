"""The Python that runs the tests, as the files of an image."""

from __future__ import annotations

import marshal
import subprocess
import sys
import warnings
from collections.abc import Iterator, Mapping
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path

_HOME = Path(sys.base_prefix)
_LIBRARY = _HOME / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}"
_LEFT_OUT = {"site-packages", "dist-packages", "test", "idlelib", "__pycache__", "ensurepip", "tkinter"}

_OF_THE_SYSTEM = {
    "libgcc_s.so.1",
    "libstdc++.so.6",
    "libdl.so.2",
    "libpthread.so.0",
    "libresolv.so.2",
    "librt.so.1",
    "libutil.so.1",
}

# What an image of these files needs besides, as changes of `docker import`.
CHANGES = (f"ENV PATH={_HOME}/bin:/bin", f"ENV LD_LIBRARY_PATH={_HOME}/lib")


def python_files() -> dict[str, bytes]:
    """An interpreter, its standard library, and the shared libraries of both, under the paths they have."""
    program = Path(sys.executable).resolve()
    library = [path for path in _LIBRARY.rglob("*") if path.is_file() and not _LEFT_OUT & set(path.parts)]
    binaries = [program, *(path for path in library if path.suffix == ".so")]
    found = {*library, *_needed_by(binaries), *_for_packages()}
    files = {str(path)[1:]: path.read_bytes() for path in found}
    return {**files, f"{_HOME}/bin/python"[1:]: program.read_bytes()}


def with_bytecode(files: Mapping[str, bytes | str]) -> dict[str, bytes | str]:
    """*files* with the bytecode of those that are Python, as images have it where pip has installed them."""
    return {**files, **dict(_compiled(files))}


def _compiled(files: Mapping[str, bytes | str]) -> Iterator[tuple[str, bytes]]:
    """Bytecode that counts without a look at its source, which PEP 552 calls unchecked."""
    head = MAGIC_NUMBER + (1).to_bytes(4, "little") + bytes(8)
    for name, content in files.items():
        if name.endswith(".py"):
            try:
                with warnings.catch_warnings(action="ignore"):
                    code = compile(content, f"/{name}", "exec", dont_inherit=True)
            except SyntaxError:  # a template, or for another Python
                continue
            yield cache_from_source(name), head + marshal.dumps(code)


def _needed_by(binaries: list[Path]) -> Iterator[Path]:
    for line in _said_by("ldd", *map(str, binaries)):
        words = line.replace("=>", " ").split()
        yield from (Path(word) for word in words if word.startswith("/") and not word.endswith(":"))


def _for_packages() -> Iterator[Path]:
    """What compiled packages need of the system."""
    for line in _said_by("/sbin/ldconfig", "-p"):
        if line.partition("(")[0].strip() in _OF_THE_SYSTEM:
            yield Path(line.split()[-1])


def _said_by(*words: str) -> list[str]:
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout.splitlines()
