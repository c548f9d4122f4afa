"""Variables of the backend."""

from __future__ import annotations

from collections.abc import Sequence

from syntask_yaml.model.block import Variable
from syntask_yaml.model.value import Json
from syntask_yaml.sdk.backends import open_backend


def read_variable(name: str) -> Variable | None:
    """Return the variable called *name*; None if there is none."""
    with open_backend() as backend:
        return backend.variable(name)


def write_variable(name: str, value: Json, tags: Sequence[str], *, overwrite: bool) -> None:
    """Write a variable. Raises ValueError if there is one, unless *overwrite*."""
    with open_backend() as backend:
        if not overwrite and backend.variable(name) is not None:
            raise ValueError(
                f"The backend already has a variable `{name}`. Pass `overwrite=True` to replace it."
            )
        backend.set_variable(Variable(name, value, tuple(tags)))


def remove_variable(name: str) -> bool:
    """Remove the variable called *name*; whether there was one."""
    with open_backend() as backend:
        return backend.unset_variable(name)
