"""What the command says about errors of the operating system."""

from __future__ import annotations

import errno

import pytest

from syntask_yaml.cli.exit_codes import exit_code_of


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        (OSError(errno.ENOSPC, "No space"), "Cannot write all of the output, or a file: No space."),
        (OSError(errno.EACCES, "Denied", "a.yaml"), "Cannot access `a.yaml`: Denied."),
        (FileNotFoundError(errno.ENOENT, "Gone"), "The current directory no longer exists."),
    ],
    ids=["full disk", "no permission", "no directory"],
)
def test_an_error_of_the_system_says_what_to_do(
    error: OSError, detail: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code_of(error) == 1
    said = capsys.readouterr().err
    assert detail in said
    assert "help: " in said
