"""Runs the cases with one package, `syntask` or `prefect`, and prints what each gives: JSON, a case a line.

`python run_cases.py PACKAGE FOLDER THEME.CASE…`; files are made in FOLDER only.
It needs nothing but the package.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import re
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any, TextIO

_CASES = Path(__file__).with_name("cases")
_PACKAGE = re.compile(r"\bsyntask\b")
# Seconds after which a case is taken to hang; on a quiet machine, none takes more than three.
_PATIENCE = 120.0


class TookTooLong(BaseException):
    """A case did not end. It is no `Exception`, so that flow code cannot take it for a failure of its own."""


def main(package: str, folder: Path, cases: list[str]) -> None:
    """Run *cases*."""
    with _own_output() as output, _settings(package):
        for name in cases:
            theme, _, case = name.partition(".")
            answer = _answer(getattr(_load(theme, package, folder), case), folder, package)
            print(json.dumps({"case": name, **answer}), file=output, flush=True)
    os._exit(0)  # threads that a case left behind are nobody's concern


@contextlib.contextmanager
def _settings(package: str) -> Iterator[None]:
    """Without the heartbeats of Prefect 3.9, for whose thread each flow waits a second at its end."""
    if package != "prefect":
        yield
        return
    settings = importlib.import_module("prefect.settings")
    with settings.temporary_settings({settings.PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        yield


@contextlib.contextmanager
def _own_output() -> Iterator[TextIO]:
    """The standard output, which nothing else writes to from now on."""
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    with output:
        yield output


@cache
def _load(theme: str, package: str, folder: Path) -> ModuleType:
    """The module of a theme as a file of its own that imports *package*."""
    written = folder / "themes"
    written.mkdir(exist_ok=True)
    for name in ("_observing", theme):
        text = (_CASES / f"{name}.py").read_text(encoding="utf-8")
        (written / f"{name}.py").write_text(_PACKAGE.sub(package, text), encoding="utf-8")
    if str(written) not in sys.path:
        sys.path.insert(0, str(written))
    return importlib.import_module(theme)


def _answer(case: Callable[[], Any], folder: Path, package: str) -> dict[str, Any]:
    """What *case* gives, or the error that it ends with; both without the name of the package."""
    _make_empty(folder)
    try:
        with _deadline():
            found = {"answer": case()}
        text = json.dumps(found)
    except BaseException as error:  # noqa: BLE001  # what any case ends with is told
        text = json.dumps({"error": f"{type(error).__name__}: {error}"})
    answer: dict[str, Any] = json.loads(re.sub(rf"\b{package}\b", "{package}", text))
    return answer


def _make_empty(folder: Path) -> None:
    """Forget the results and files of the case before."""
    for name in ("results", "work"):
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).mkdir()
    os.chdir(folder / "work")


@contextlib.contextmanager
def _deadline() -> Iterator[None]:
    """Interrupt the main thread after some time, without SIGALRM, which may be how tasks are ended."""
    ended = threading.Event()
    main_thread = threading.main_thread().ident
    assert main_thread is not None

    def give_up(signum: int, frame: FrameType | None) -> None:
        raise TookTooLong

    def watch() -> None:
        if not ended.wait(_PATIENCE):
            signal.pthread_kill(main_thread, signal.SIGUSR1)

    signal.signal(signal.SIGUSR1, give_up)
    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        ended.set()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]).resolve(), sys.argv[3:])
