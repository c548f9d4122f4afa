"""Redirection of `print` to the logger of the run, with `log_prints`."""

from __future__ import annotations

import builtins
import io
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from syntask._runs.context import current_context

_print = builtins.print
_lock = threading.Lock()
_runs = 0


@contextmanager
def logged_prints() -> Iterator[None]:
    """Replace `print` by a function that logs if the calling code belongs to a run with `log_prints`."""
    global _runs  # noqa: PLW0603  (there is one `print`)
    with _lock:
        _runs += 1
        if _runs == 1:
            _take_over()
    try:
        yield
    finally:
        with _lock:
            _runs -= 1
            if not _runs and builtins.print is _print_to_logger:
                builtins.print = _print


def _take_over() -> None:
    global _print  # noqa: PLW0603  (other code may have replaced it)
    if builtins.print is not _print_to_logger:
        _print = builtins.print
        builtins.print = _print_to_logger


def _print_to_logger(*values: Any, **options: Any) -> None:
    context = current_context()
    if context is None or not context.log_prints or options.get("file") not in (None, sys.stdout, sys.stderr):
        _print(*values, **options)
        return
    from syntask._runs.logging import run_logger

    text = io.StringIO()
    _print(*values, sep=options.get("sep"), end=options.get("end"), file=text)
    run_logger(context).info("%s", text.getvalue().rstrip("\r\n"))
