"""What a program in a container is given."""

from __future__ import annotations

from contextlib import closing
from socket import socketpair
from time import monotonic

import pytest

from syntask_yaml.steps.docker.container import give

MORE_THAN_BUFFERS_HOLD = b"a" * 64_000_000


def test_a_program_that_ended_is_given_nothing() -> None:
    ours, theirs = socketpair()
    theirs.close()
    with closing(ours):
        give(ours, MORE_THAN_BUFFERS_HOLD, monotonic() + 60)


def test_a_program_that_does_not_read_is_not_waited_for_beyond_the_deadline() -> None:
    ours, theirs = socketpair()
    with closing(ours), closing(theirs), pytest.raises(TimeoutError):
        give(ours, MORE_THAN_BUFFERS_HOLD, monotonic() + 0.1)
