"""Threads that execute tasks, where the system gives no more of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.processes import clean_environ

_ENDLESS = """
import logging, resource, threading
from syntask import flow, task

logging.disable()
threading.stack_size(128 << 20)
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + (1 << 30),) * 2)

@task
def again():
    return again.submit().result()

@flow
def endless():
    return again.submit().result()

for _ in range(3):
    state = endless(return_state=True)
    print(state.type, state.message)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory hold on Linux")
def test_a_task_that_gets_no_thread_fails(tmp_path: Path) -> None:
    """The threads that wait for others execute what the pool still has: nothing hangs."""
    environ = clean_environ(SYNTASK_HOME=str(tmp_path), SYNTASK_TRACK="0")
    done = subprocess.run(
        [sys.executable, "-c", _ENDLESS], env=environ, capture_output=True, text=True, timeout=60
    )

    lines = done.stdout.splitlines()
    assert len(lines) == 3, done.stderr
    for line in lines:
        assert line.startswith("FAILED Flow run encountered an exception: RuntimeError: Cannot start ")
        assert "Set `max_workers`" in line
