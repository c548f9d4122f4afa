"""The built-in steps as a project file spells them, and references to blocks."""

from __future__ import annotations

import re
from typing import Any

from syntask_yaml.model.builtin import BUILTINS
from syntask_yaml.project.dialect import Dialect


def step(name: str, dialect: Dialect, *, id: str | None = None, **inputs: Any) -> dict[str, Any]:
    """One step; inputs that are None are left out. In a `prefect.yaml`, Prefect must be able to run it."""
    builtin = BUILTINS[name]
    given: dict[str, Any] = {"id": id} if id else {}
    if dialect is Dialect.PREFECT and builtin.package:
        given["requires"] = f"prefect-{builtin.package}"
    given |= {key: value for key, value in inputs.items() if value not in (None, "")}
    return {builtin.full_name(dialect.value): given}


def block_reference(type: str, name: str, dialect: Dialect) -> str:
    """Return what stands in the file for a block."""
    return f"{{{{ {dialect.value}.blocks.{type}.{name} }}}}"


def slug(text: str) -> str:
    """*text* in letters, digits and dashes, as names of blocks and images have them."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "deployment"


def block_name_problem(text: str) -> str:
    """Return why *text* is no name of a block, in a sentence; empty if it is one."""
    is_name = re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", text)
    return "" if is_name else "A block name consists of lowercase letters, digits and dashes."
