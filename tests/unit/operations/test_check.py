"""What a worker on another machine would have of this one's environment."""

from __future__ import annotations

import pytest

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.errors import UsageError
from syntask_yaml.operations.check import clean_environ, without_foretold

HERE = {
    "PATH": "/bin",
    "HOME": "/home/me",
    "LC_ALL": "C",
    "https_proxy": "http://proxy",
    "NO_PROXY": "*",
    "SSL_CERT_FILE": "/ca.pem",
    "SYNTASK_HOME": "/store",
    "PYTHONPATH": "/project",
    "VIRTUAL_ENV": "/venv",
    "SSH_AUTH_SOCK": "/agent",
    "AWS_SECRET_ACCESS_KEY": "key",
    "MY_PATH": "/x",
}


def test_what_is_left() -> None:
    """Where programs, certificates and the backend are; nothing that only this shell knows."""
    kept = {"PATH", "HOME", "LC_ALL", "https_proxy", "NO_PROXY", "SSL_CERT_FILE", "SYNTASK_HOME"}

    assert clean_environ(HERE, ()) == {name: HERE[name] for name in kept}


def test_what_is_given_besides() -> None:
    """A value, this shell's value, or a value over it."""
    given = ("MY_PATH", "NEW=a=b", "EMPTY=", "HOME=/elsewhere")
    found = clean_environ(HERE, given)

    assert {name: found[name] for name in ("MY_PATH", "NEW", "EMPTY", "HOME")} == {
        "MY_PATH": "/x",
        "NEW": "a=b",
        "EMPTY": "",
        "HOME": "/elsewhere",
    }


@pytest.mark.parametrize("text", ["NOT_SET", "", "=x"])
def test_what_cannot_be_given(text: str) -> None:
    """A name that this shell does not know has no value."""
    with pytest.raises(UsageError):
        clean_environ(HERE, (text,))


def test_a_warning_that_came_true_is_not_said_besides() -> None:
    """One of another deployment is, and a note."""
    block = Diagnostic("unknown-block", "There is none.", entries=("etl/a", "etl/b")).as_warning()
    note = Diagnostic("default-pull", "Code comes from here.", entries=("etl/a",)).as_note()

    assert without_foretold([block, note], {"etl/a", "etl/b"}) == (note,)
    assert without_foretold([block, note], {"etl/a"}) == (block, note)
