"""The bytes and the text of a file that may be converted."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Callable
from dataclasses import dataclass

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.project.agent_files import MAX_BYTES
from syntask_yaml.source import Source, Span
from syntask_yaml.upgrade.find import FoundFile

_UTF_8 = frozenset({"utf-8", "utf-8-sig"})


@dataclass(eq=False)
class FileUnreadable(Exception):
    """A file cannot be converted; the reason and a hint."""

    file: FoundFile
    detail: str
    hint: str

    @property
    def problem(self) -> Diagnostic:
        """The error as a diagnostic of the file."""
        span = Span(Source(self.file.shown, ""), 0, 0)
        return Diagnostic("unreadable-file", self.detail, self.hint, span=span)


def read_content(file: FoundFile, may_hold: Callable[[bytes], bool]) -> bytes | None:
    """Return the bytes of a file; None unless *may_hold* accepts them.

    Raises FileUnreadable for a file that cannot be opened or, unless it is a notebook, is too large.
    """
    try:
        with file.path.open("rb") as opened:
            content = opened.read(MAX_BYTES + 1)
    except OSError as error:
        detail = f"`{file.shown}` cannot be read: {error.strerror or error}."
        raise FileUnreadable(file, detail, "Check that you may read the file.") from error
    if not may_hold(content):
        return None
    if len(content) > MAX_BYTES and not file.is_notebook:
        detail = f"`{file.shown}` is larger than {MAX_BYTES >> 20} MiB and is not converted."
        raise FileUnreadable(file, detail, "Split the file.")
    return content


def text_of(file: FoundFile, content: bytes) -> str:
    """Return the text of a file.

    Raises FileUnreadable unless it is UTF-8, or Python without another declared encoding.
    """
    try:
        if file.is_python and _declares(content) and _declared_encoding(content) not in _UTF_8:
            raise UnicodeError
        return content.decode("utf-8")
    except (UnicodeError, SyntaxError) as error:
        detail = f"`{file.shown}` is not UTF-8 text."
        raise FileUnreadable(file, detail, "Save the file as UTF-8.") from error


def _declares(content: bytes) -> bool:
    """Return whether the head of a file may declare an encoding."""
    return any(b"coding" in line for line in content.split(b"\n", 2)[:2])


def _declared_encoding(content: bytes) -> str:
    """Return the encoding of Python source. Raises SyntaxError for an unknown encoding."""
    return tokenize.detect_encoding(io.BytesIO(content).readline)[0]
