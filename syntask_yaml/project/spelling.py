"""The names of built-in steps in a project file, and references to blocks."""

from __future__ import annotations

import re
from typing import Any

from syntask_yaml.model.builtin import BUILTINS
from syntask_yaml.project.dialect import Dialect


def step(name: str, dialect: Dialect, *, id: str | None = None, **inputs: Any) -> dict[str, Any]:
    """Return a step without inputs that are None. In a `prefect.yaml`, Prefect must be able to run it."""
    builtin = BUILTINS[name]
    given: dict[str, Any] = {"id": id} if id else {}
    if dialect is Dialect.PREFECT and builtin.package:
        given["requires"] = f"prefect-{builtin.package}"
    given |= {key: value for key, value in inputs.items() if value not in (None, "")}
    return {builtin.full_name(dialect.value): given}


def block_reference(type: str, name: str, dialect: Dialect) -> str:
    """Return the template that refers to a block."""
    return f"{{{{ {dialect.value}.blocks.{type}.{name} }}}}"


def slug(text: str) -> str:
    """Return *text* in letters, digits and dashes, as in names of blocks and images."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "deployment"


def block_name_problem(text: str) -> str:
    """Return a sentence on why *text* is not a valid block name; empty if it is."""
    is_name = re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", text)
    return "" if is_name else "A block name consists of lowercase letters, digits and dashes."
