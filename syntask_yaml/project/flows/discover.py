"""Find all flows of a project."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TypeAlias

from syntask_yaml.project.flows.definition import flows
from syntask_yaml.project.flows.describe import from_source
from syntask_yaml.project.flows.files import python_files
from syntask_yaml.pysource.module import TOO_DEEP, SourceUnreadable, module_of, read_module_file
from syntask_yaml.pysource.module_index import ModuleIndex
from syntask_yaml.pysource.scope import NameScope

# Searching the bytes of a file takes a thousandth of the time of parsing it. Each pattern begins with literal
# text, which `re` finds fast: combined into one pattern, they would take ten times as long.
_WORD = b"flow"
_SIGNS = (
    re.compile(rb"@[ \t]*[\w.]*flow\b"),
    re.compile(rb"flow(?<!\wflow)[ \t]*(?:\(|as\b)"),
    re.compile(rb"\.with_options[ \t]*\("),
)


class FoundFlow(NamedTuple):
    """A deployable flow. A `FlowReader` reads the rest of it by its *entrypoint*."""

    entrypoint: str
    name: str
    description: str | None
    file: str
    line: int


class SkippedFile(NamedTuple):
    """An unreadable file that may contain flows; *reason* is a clause that says why."""

    file: str
    reason: str


Discovery: TypeAlias = FoundFlow | SkippedFile


def discover(root: Path) -> Iterator[Discovery]:
    """Yield the flows below *root*, by file and line, and the unreadable files that may contain some."""
    index = ModuleIndex(root.absolute())
    for file in python_files(index.root):
        path = index.root / file
        try:
            content = read_module_file(path)
        except SourceUnreadable as error:
            yield SkippedFile(file, str(error))
            continue
        except FileNotFoundError:  # git lists deleted files until the deletion is committed
            continue
        except OSError as error:
            yield SkippedFile(file, f"cannot read the file: {error.strerror or error}")
            continue
        if _WORD in content and any(sign.search(content) for sign in _SIGNS):
            yield from _found(index, file, path, content)


def _found(index: ModuleIndex, file: str, path: Path, content: bytes) -> Iterator[Discovery]:
    try:
        module = module_of(path, content)
        found = list(flows(NameScope(index, module, index.search_path(path.parent))))
    except SourceUnreadable as error:
        yield SkippedFile(file, str(error))
        return
    except RecursionError:
        yield SkippedFile(file, TOO_DEEP)
        return
    for flow in (from_source(f"{file}:{each.name}", each) for each in found):
        yield FoundFlow(flow.entrypoint, flow.name, flow.description, file, flow.line)
