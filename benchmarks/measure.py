"""How long a process takes, and what it needs.

Whole processes are timed from outside. What is compared runs in turn, again and again, so that a slow
moment of the machine meets everybody.
"""

from __future__ import annotations

import compileall
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import syntask
import syntask_yaml

MIB = 1024
SCRIPTS = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Cost:
    """Wall and CPU time in seconds, and the peak of memory in MiB."""

    wall: float
    cpu: float
    memory: float


def compile_packages() -> None:
    """Compile our modules, as pip does when it installs them: the peer's are compiled too."""
    for package in (syntask, syntask_yaml):
        compileall.compile_dir(str(Path(package.__file__ or "").parent), quiet=1)


def cost_of(
    argv: Sequence[str], *, environ: Mapping[str, str] | None = None, cwd: Path | None = None
) -> Cost:
    """What the process *argv* costs. Raises CalledProcessError if it fails."""
    began = time.perf_counter()
    process = subprocess.Popen(
        argv,
        env={**os.environ, **(environ or {})},
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(argv))
    return Cost(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / MIB)


def in_turn(cases: Mapping[str, Callable[[], Cost]], *, rounds: int) -> dict[str, Cost]:
    """The median cost of each case, where all cases run once in each round."""
    costs: dict[str, list[Cost]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, case in cases.items():
            costs[name].append(case())
    return {name: median(found) for name, found in costs.items()}


def median(costs: Sequence[Cost]) -> Cost:
    """The medians of all that was measured."""
    return Cost(
        statistics.median(cost.wall for cost in costs),
        statistics.median(cost.cpu for cost in costs),
        statistics.median(cost.memory for cost in costs),
    )


def inside(code: str, *, environ: Mapping[str, str] | None = None) -> Callable[[], Cost]:
    """A case that runs *code* in a fresh interpreter."""
    return lambda: cost_of([sys.executable, "-c", code], environ=environ)
