"""Whether who holds a lease is still there."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from syntask_yaml.backend.leases import is_gone, this_process


def test_this_process_is_there_and_one_of_another_machine_may_be() -> None:
    here = this_process()

    assert not is_gone(here)
    assert not is_gone(here._replace(machine="elsewhere", process=2**30))


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the system has no /proc")
def test_a_process_that_has_ended_is_gone_before_and_after_anybody_asked_how() -> None:
    """A container without an init never asks."""
    child = subprocess.Popen(["sleep", "60"])
    holder = this_process()._replace(process=child.pid)
    assert not is_gone(holder)

    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # it stays a zombie
    assert is_gone(holder)
    child.wait()
    assert is_gone(holder)
