"""Runs a `syntask` command again and again, killed with SIGKILL in front of or behind its C calls.

    python killed_at_each_call.py STEP PRISTINE WORK ARGUMENTS…

Each time WORK becomes a copy of the folder PRISTINE, and the command begins there, in a process of its own
that is killed at the n-th call after the answers are complete, for n = 1, 1 + STEP … until it ends by itself.
System calls are only made in C calls. Then the command is run to its end. One line of JSON for each n: what
was there after the kill (`after`) and after the second run (`again`), as texts by file name, with its exit
code.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from syntask_yaml.backend.base import Backend
from syntask_yaml.cli import interview
from syntask_yaml.cli.main import main
from syntask_yaml.wizard.context import InterviewContext
from syntask_yaml.wizard.interview import InterviewResult

# Where system calls are made; the others only compute.
_MAKERS = frozenset({"posix", "_io", "fcntl", "sqlite3", "_sqlite3"})


def _is_maker(function: Any) -> bool:
    owner = getattr(function, "__self__", None)
    names = (getattr(function, "__module__", None), getattr(owner, "__name__", None), type(owner).__module__)
    return not _MAKERS.isdisjoint(map(str, names))


def _killing_at(moment: int) -> Callable[[FrameType, str, Any], None]:
    seen = 0

    def count(_frame: FrameType, event: str, function: Any) -> None:
        nonlocal seen
        if event in ("c_call", "c_return", "c_exception") and _is_maker(function):
            seen += 1
            if seen == moment:
                os.kill(os.getpid(), signal.SIGKILL)

    return count


def _run(folder: Path, arguments: list[str], moment: int = 0) -> int:
    """The exit code of the command, in a process of its own; -9 if it was killed at that *moment*."""
    child = os.fork()
    if not child:
        nothing = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2) if moment else (0, 1):
            os.dup2(nothing, number)
        os.chdir(folder)
        save = interview.save_result

        def counted(result: InterviewResult, context: InterviewContext, backend: Backend) -> bool:
            sys.setprofile(_killing_at(moment))
            return save(result, context, backend)

        if moment:
            interview.save_result = counted
        sys.argv = ["syntask", *arguments]
        code: Any = 70
        try:
            code = main()
        except SystemExit as end:
            code = end.code
        finally:
            os._exit(int(code or 0))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir() if path.is_file()}


def _try(pristine: Path, work: Path, arguments: list[str], moment: int) -> bool:
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(pristine, work)
    code = _run(work / "code", arguments, moment)
    after = _texts(work / "code")
    again = _run(work / "code", arguments)
    print(json.dumps({"code": code, "after": after, "exit": again, "again": _texts(work / "code")}))
    return code == -signal.SIGKILL


def _load_everything(pristine: Path, work: Path, arguments: list[str]) -> None:
    """Run the command here, too, so that its modules are there when a process of its own begins."""
    shutil.copytree(pristine, work)
    os.chdir(work / "code")
    assert main(arguments) == 0
    os.chdir("/")


if __name__ == "__main__":
    step, pristine, work, *command = sys.argv[1:]
    _load_everything(Path(pristine), Path(work), command)
    number = 1
    while _try(Path(pristine), Path(work), command, number):
        number += int(step)
