"""Find secrets that a deployment would store in plain text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.node import Node
from syntask_yaml.model.secret import is_secret_name, is_secret_value
from syntask_yaml.template import is_template, parse

_IN_BLOCK = (
    "Create a block with `syntask block create secret NAME` and refer to it as "
    "`{{ syntask.blocks.secret.NAME }}`."
)
_IN_FLOW = "Store it in a block and load the block in the flow, because parameters are stored in plain text."
_PLACES = (
    (("parameters",), _IN_FLOW),
    (("work_pool", "job_variables"), _IN_BLOCK),
    (("work_pool", "job_variables", "env"), _IN_BLOCK),
)


def warn_of_readable_secrets(deployment: Node) -> Iterator[Diagnostic]:
    """Yield a warning for each value that looks like a secret and would be stored in plain text."""
    for path, hint in _PLACES:
        mapping: Any = deployment.value
        for step in path:
            mapping = mapping.get(step) if isinstance(mapping, dict) else None
        for key, value in mapping.items() if isinstance(mapping, dict) else ():
            if why := _why_readable(key, value):
                node = deployment.at((*path, key))
                yield node.problem("secret-in-clear", f"`{key}` {why}", hint, at_key=True).as_warning()


def _why_readable(key: object, value: Any) -> str:
    if not isinstance(value, str) or not value:
        return ""
    if not is_secret_name(key):
        is_secret = is_secret_value(value) and not is_template(value)
        return "has a value that looks like a secret, and is stored in plain text." if is_secret else ""
    if not is_template(value):
        return "looks like a secret, and its value is readable in this file and on the backend."
    if any("$" in part.raw for part in parse(value).placeholders):
        return "comes from the environment and would be stored in plain text with the deployment."
    return ""
