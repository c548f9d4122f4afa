"""Detect job variables that would show a secret to other users of the worker's machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.node import Node
from syntask_yaml.model.secret import holds_secret
from syntask_yaml.model.value import Json
from syntask_yaml.template import Missing, Scope, resolve
from syntask_yaml.template.scope import BlockLookup

_OPEN: Mapping[str, str] = {
    "command": "every user of the machine can read the arguments of a process",
    "working_dir": "every user of the machine can read the working directory of a process",
    **dict.fromkeys(
        ("name", "image", "labels", "networks", "network_mode", "volumes", "container_create_kwargs"),
        "anyone who can use the container engine can read it",
    ),
}
HINT = "Move it to `env`, which only the run can read."


def secret_problem(name: str, value: Any) -> str | None:
    """Return a sentence on why the resolved job variable *name* has an invalid value; None if it is valid."""
    if name in _OPEN and holds_secret(value):
        return f"The job variable `{name}` contains a secret, and {_OPEN[name]}."
    return None


def check_secret_variables(
    node: Node, variables: Mapping[str, Json | Missing], blocks: BlockLookup
) -> Iterator[Diagnostic]:
    """Yield the job variables at *node* that refer to a secret, but cannot keep one."""
    if not any(name in node.value for name in _OPEN):
        return
    scope = Scope(variables=variables, blocks=blocks, leaves_unset=True)
    for value in node.children():
        name = str(value.path[-1])
        if name in _OPEN and (detail := secret_problem(name, resolve(value.value, scope, lambda _: None))):
            yield value.problem("wrong-job-variable", detail, HINT)
