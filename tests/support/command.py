"""A command in this process, with streams as a shell gives them."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from syntask_yaml.cli.exit_codes import BUG
from syntask_yaml.cli.main import main

_REPORT = re.compile(r"(/\S+/syntask-report-\S+\.txt)")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, and what it printed on both streams."""

    code: int
    text: str


def command(arguments: Sequence[str]) -> Ended:
    """Run `syntask` with *arguments*. A bug fails with what its report says, and the report is removed."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    err = io.TextIOWrapper(out.buffer, encoding="utf-8", errors="backslashreplace", write_through=True)
    with redirect_stdout(out), redirect_stderr(err):
        code = main(arguments)
    printed = out.buffer
    assert isinstance(printed, io.BytesIO)
    text = printed.getvalue().decode()
    if code == BUG:
        report = _REPORT.search(text)
        said = text
        if report:
            said = Path(report[1]).read_text(encoding="utf-8", errors="replace")
            Path(report[1]).unlink()
        raise AssertionError(f"{list(arguments)!a}\n{said}")
    return Ended(code, text)
