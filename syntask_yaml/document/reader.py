"""Read YAML to a tree with locations, and collect all syntax problems."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from yaml import YAMLError
from yaml.events import DocumentStartEvent

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.node import Node
from syntask_yaml.document.parser import Parser, PureParser, collection_paused
from syntask_yaml.document.problems import Fatal, Problems
from syntask_yaml.document.syntax import SYNTAX_ERRORS, is_colon_in_flow, syntax_problem
from syntask_yaml.document.tree import build_tree
from syntask_yaml.source import Source, Span

MAX_BYTES = 256 * 1024 * 1024
_PIECE = 1024 * 1024
# Characters. PyYAML's own parser is 30 times slower than libyaml, and both reject most of these texts.
_MOST_READ_AGAIN = 64 * 1024


class Document(NamedTuple):
    """The value of a YAML text as a tree, and the problems found while reading it."""

    source: Source
    root: Node
    diagnostics: tuple[Diagnostic, ...] = ()
    is_readable: bool = True


def read_file(path: Path, *, name: str | None = None) -> Document:
    """Read the file at *path*; every failure is a diagnostic."""
    shown = str(path) if name is None else name
    try:
        with path.open("rb") as file:
            content = b"".join(_pieces(file))
    except OSError as error:
        detail = f"Cannot read `{shown}`: {error.strerror or error}."
        remedy = "Check the path and the permissions of the file."
        if isinstance(error, IsADirectoryError):
            remedy = "Pass a file. To use the project in a directory, pass that to `syntask -C DIR`."
        return _unreadable(Source(shown, ""), detail, remedy)
    if len(content) > MAX_BYTES:
        detail = f"`{shown}` is larger than {MAX_BYTES >> 20} MiB."
        return _unreadable(Source(shown, ""), detail, "Split the project into several files.")
    return read_bytes(content, shown)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    """Yield the content of *file*, up to just above the size limit if it is endless.

    A single read of the maximum size would allocate all of it, however small the file is.
    """
    size = 0
    while size <= MAX_BYTES and (piece := file.read(_PIECE)):
        size += len(piece)
        yield piece


def read_bytes(content: bytes, name: str) -> Document:
    """Read YAML from bytes: UTF-8, or UTF-16 with a byte order mark."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return read(Source(name, content.decode(encoding)))
    except UnicodeDecodeError as error:
        source = Source(name, content.decode(encoding, errors="replace"))
        start = len(content[: error.start].decode(encoding, errors="replace"))
        span = Span(source, start, start + 1)
        detail = f"Byte 0x{content[error.start]:02x} is not {encoding.removesuffix('-sig').upper()} text."
        problem = Diagnostic("unreadable-file", detail, "Save the file as UTF-8.", span=span)
        return Document(source, Node(None, source, 0), (problem,), is_readable=False)


def read(source: Source) -> Document:
    """Read one YAML document. An empty one is null."""
    if source.text.startswith("\ufeff"):
        source = Source(source.name, source.text[1:])
    problems = Problems(source)
    try:
        with collection_paused():
            value, location = build_tree(problems)
    except Fatal as fatal:
        problems.found.append(fatal.problem)
    except SYNTAX_ERRORS as error:
        if is_colon_in_flow(error) and (document := _read_as_prefect_does(source)) is not None:
            return document
        problems.found.append(syntax_problem(error, source))
    else:
        return Document(source, Node(value, source, location), tuple(problems.found))
    return Document(source, Node(None, source, 0), tuple(problems.found), is_readable=False)


def _read_as_prefect_does(source: Source) -> Document | None:
    """Return a document that libyaml rejects and PyYAML's own parser, which Prefect uses, accepts."""
    if len(source.text) > _MOST_READ_AGAIN:
        return None
    problems = Problems(source)
    try:
        value, location = build_tree(problems, PureParser)
    except (Fatal, YAMLError, ValueError, OverflowError):
        return None
    return Document(source, Node(value, source, location), tuple(problems.found))


def read_each(source: Source, *, at_most: int) -> list[Document]:
    """Read every YAML document of a text, with locations in the whole text.

    A text with more than *at_most* documents is a problem, as several are in `read`.
    """
    starts = _document_starts(source.text)
    if not 1 < len(starts) <= at_most:
        return [read(source)]
    text, ends = source.text, [*starts[1:], len(source.text)]
    lines = [0, *(text.count("\n", 0, start) for start in starts[1:])]
    return [
        read(Source(source.name, "\n" * above + text[0 if not above else start : end]))
        for above, start, end in zip(lines, starts, ends, strict=True)
    ]


def _document_starts(text: str) -> list[int]:
    """Return the start of each document of a text, up to the first invalid one."""
    events = Parser(text.removeprefix("\ufeff"))
    offset = len(text) - len(text.removeprefix("\ufeff"))
    starts = []
    try:
        while events.check_event():
            event = events.get_event()
            if isinstance(event, DocumentStartEvent) and event.start_mark:
                starts.append(event.start_mark.index + offset)
    except SYNTAX_ERRORS:
        pass  # the error is reported when the document is read
    return starts


def _unreadable(source: Source, detail: str, hint: str) -> Document:
    problem = Diagnostic("unreadable-file", detail, hint, span=Span(source, 0, 0))
    return Document(source, Node(None, source, 0), (problem,), is_readable=False)
