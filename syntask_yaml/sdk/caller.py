"""The user code that calls: its line for messages, and a check against calls at import."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from syntask_yaml.errors import UsageError
from syntask_yaml.pysource.load import LOADING
from syntask_yaml.source import Source

_OURS = ("syntask.", "syntask_yaml.")


@dataclass(frozen=True, slots=True)
class Caller:
    """A place in a file: the character *at* of *source*, which is empty for code without a file."""

    source: Source
    at: int = 0


def find_caller() -> Caller:
    """Return the place of the call that led here from code that is not ours."""
    frame = sys._getframe(1)
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).startswith(_OURS):
        frame = frame.f_back
    file = Path(frame.f_code.co_filename)
    try:
        source = Source(_shown(file), file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Caller(Source(str(file), ""))
    text = source.line(frame.f_lineno)
    return Caller(source, source.index(frame.f_lineno, 1 + len(text) - len(text.lstrip())) if text else 0)


def _shown(file: Path) -> str:
    here = Path.cwd()
    return str(file.relative_to(here)) if file.is_relative_to(here) else str(file)


def refuse_while_loading(call: str) -> None:
    """Raise UsageError where the file that calls is loaded by `syntask`, to read or to run a flow of it."""
    if os.environ.get(LOADING):
        detail = f"`{call}` is called while the file is loaded for a flow of it."
        raise UsageError(detail, hint='Put the call under `if __name__ == "__main__":`.')
