"""What the exceptions say."""

from __future__ import annotations

import errno
import os

import pytest

from syntask_yaml.errors import FileFailed


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.ENOSPC, "Free some space"),
        (errno.EACCES, "permissions of the file and of its directory"),
        (errno.EROFS, "use a path on another one"),
        (errno.ENOENT, "its directory exists"),
    ],
)
def test_a_file_that_cannot_be_written_says_what_to_do(number: int, remedy: str) -> None:
    error = FileFailed.unwritten("plan.json", OSError(number, os.strerror(number)))

    assert error.detail == f"Cannot write `plan.json`: {os.strerror(number)}."
    assert remedy in error.hint


def test_an_error_without_a_common_remedy_claims_none() -> None:
    assert FileFailed.unwritten("plan.json", OSError("odd")).hint == ""
