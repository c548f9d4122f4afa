"""Build, push and pull steps, and their outputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from syntask_yaml.diagnostics import Path
from syntask_yaml.model.value import Value


class Step(NamedTuple):
    """A call of the function *name* with *inputs*.

    Later steps refer to its outputs by *id*. *requires* are the pip requirements of the function. *path* is
    its location in the project file.
    """

    name: str
    inputs: Mapping[str, Value]
    id: str | None = None
    requires: tuple[str, ...] = ()
    path: Path = ()


_NO_VALUES: Mapping[str, Value] = {}


class StepOutputs(NamedTuple):
    """The outputs of steps, by name; `Unknown` before the steps have run.

    *is_open*: the steps may have outputs with other names.
    """

    values: Mapping[str, Value] = _NO_VALUES
    is_open: bool = False
