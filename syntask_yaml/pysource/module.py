"""Python source files, parsed, with the names that they bind."""

from __future__ import annotations

import ast
import stat
import warnings
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock

from syntask_yaml.files import kind_of_file
from syntask_yaml.pysource.bindings import Namespace, bindings, declared_global

MAX_BYTES = 8 * 1024 * 1024
TOO_LARGE = f"the file is larger than {MAX_BYTES >> 20} MiB"
TOO_DEEP = "the code is nested too deeply"

_ALTERING = frozenset(
    "add append clear discard extend insert pop popitem remove reverse setdefault sort update".split()
)

BINDING = frozenset({"exec", "globals", "locals", "setattr", "vars"})

_OWN_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)

# `ast.parse` warns of invalid escapes, and suppressing warnings is not thread-safe.
_PARSING = Lock()


class SourceUnreadable(Exception):
    """The file is not Python source; the message is a clause with the reason."""


@dataclass(frozen=True, eq=False)
class Module:
    """One source file."""

    path: Path
    tree: ast.Module = field(repr=False)
    content: bytes = field(default=b"", repr=False)

    def at(self, path: Path) -> Module:
        """Return the module for a file of the same content at *path*, with the results of this one."""
        same = copy(self)
        object.__setattr__(same, "path", path)
        return same

    @cached_property
    def digest(self) -> str:
        """The MD5 of the content, as its version."""
        import hashlib  # and OpenSSL, which a validation does not need

        return hashlib.md5(self.content, usedforsecurity=False).hexdigest()

    @cached_property
    def names(self) -> Namespace:
        """The bindings at the top level of the file."""
        return bindings(self.tree.body, declared_global(self.tree) if b"global" in self.content else ())

    @cached_property
    def defers_annotations(self) -> bool:
        """Whether annotations are strings, which are evaluated on demand."""
        return any(
            isinstance(node, ast.ImportFrom)
            and node.module == "__future__"
            and any(alias.name == "annotations" for alias in node.names)
            for node in self.tree.body
        )

    @cached_property
    def binds_at_run_time(self) -> bool:
        """Whether names of the file may be bound dynamically."""
        calls = (node.func for node in ast.walk(self.tree) if isinstance(node, ast.Call))
        names = {node.id for node in calls if isinstance(node, ast.Name)}
        return not names.isdisjoint(BINDING) or any(
            isinstance(node, ast.FunctionDef) and node.name == "__getattr__" for node in self.tree.body
        )

    @cached_property
    def walrus_names(self) -> frozenset[str]:
        """The names that expressions outside functions and classes bind: `y = (name := …)`."""
        waiting: list[ast.AST] = [self.tree]
        found = set()
        while waiting:
            for node in ast.iter_child_nodes(waiting.pop()):
                if isinstance(node, ast.NamedExpr):
                    found.add(node.target.id)
                if not isinstance(node, _OWN_SCOPES):
                    waiting.append(node)
        return frozenset(found)

    @cached_property
    def altered(self) -> frozenset[str]:
        """The names whose values the file changes in place."""
        return frozenset(filter(None, map(_altered, ast.walk(self.tree))))


def read_module(path: Path) -> Module:
    """Read and parse the file at *path*. Raises `SourceUnreadable`."""
    return module_of(path, _read_content(path))


def _read_content(path: Path) -> bytes:
    try:
        return read_module_file(path)
    except OSError as error:
        raise SourceUnreadable(f"cannot read the file: {error.strerror or error}") from error


class SharedReading:
    """A variant of `read_module` that parses files with equal content once."""

    def __init__(self) -> None:
        self._read: dict[bytes, Module] = {}

    def __call__(self, path: Path) -> Module:
        content = _read_content(path)
        known = self._read.get(content)
        if known is None:
            known = self._read[content] = module_of(path, content)
        return known if known.path == path else known.at(path)


def read_unchanged(path: Path) -> Module:
    """Read like `read_module`, but reuse unchanged files. Raises SourceUnreadable."""
    try:
        status = path.stat()
    except OSError as error:
        raise SourceUnreadable(f"cannot read the file: {error.strerror or error}") from error
    return _remembered(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=256)
def _remembered(path: Path, _changed: int, _size: int) -> Module:
    return read_module(path)


def read_module_file(path: Path) -> bytes:
    """Return the content of a regular file of limited size. Raises `SourceUnreadable`, OSError."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise SourceUnreadable(f"the file is a {kind_of_file(path.stat().st_mode)}, not a regular file")
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise SourceUnreadable(TOO_LARGE)
    return content


def module_of(path: Path, content: bytes) -> Module:
    """Parse the *content* of the file at *path*, in its declared encoding.

    Raises SourceUnreadable.
    """
    if len(content) > MAX_BYTES:
        raise SourceUnreadable(TOO_LARGE)
    return Module(path, parse(content), content)


def parse(content: bytes | str) -> ast.Module:
    """Return the syntax tree of *content*. Raises `SourceUnreadable` for every failure."""
    try:
        with _PARSING, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(content)
    except SyntaxError as error:
        raise SourceUnreadable(_syntax_error(error)) from error
    except ValueError as error:
        raise SourceUnreadable(f"the file is not Python source: {error}") from error
    except (RecursionError, MemoryError) as error:
        raise SourceUnreadable(TOO_DEEP) from error


def _syntax_error(error: SyntaxError) -> str:
    place = f" on line {error.lineno}" if error.lineno else ""
    place += f", column {error.offset}" if error.lineno and error.offset else ""
    return f"syntax error{place}: {error.msg}"


def _altered(node: ast.AST) -> str | None:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) if method in _ALTERING:
            return name
        case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
            return name
        case ast.Attribute(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
            return name
    return None
