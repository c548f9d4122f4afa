"""The names of the package, which are loaded when they are asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

import syntask


def test_names_that_are_not_loaded_yet_are_listed_as_well() -> None:
    """Consoles complete what `dir` names."""
    code = "import syntask; print({*syntask.__all__} <= {*dir(syntask)}, 'flow' in vars(syntask))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["True", "False"]


def test_all_names_are_there() -> None:
    assert {name for name in syntask.__all__ if not callable(getattr(syntask, name))} == set()
    with pytest.raises(AttributeError, match="module 'syntask' has no attribute 'flows'"):
        syntask.flows  # type: ignore[attr-defined]  # noqa: B018  (asking is what fails)
