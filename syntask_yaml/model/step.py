"""One build, push or pull action."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from syntask_yaml.diagnostics import Path
from syntask_yaml.model.value import Value


class Step(NamedTuple):
    """A function by its *name* and the *inputs* to call it with.

    Its outputs are known to later steps under *id*. *requires* are the pip requirements that the
    function needs. *path* is where it stands in the project file.
    """

    name: str
    inputs: Mapping[str, Value]
    id: str | None = None
    requires: tuple[str, ...] = ()
    path: Path = ()


_NO_VALUES: Mapping[str, Value] = {}


class StepOutputs(NamedTuple):
    """The outputs of steps, by name; `Unknown` before the steps have run.

    *is_open*: they may output more names than these.
    """

    values: Mapping[str, Value] = _NO_VALUES
    is_open: bool = False
