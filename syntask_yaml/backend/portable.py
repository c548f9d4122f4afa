"""Checks for names and values that the embedded backend accepts and Prefect servers reject.

The limits are those of Prefect 3.8.8: `prefect.types.names`, `prefect.server.schemas`, and the reserved
prefix of `prefect.server.api.workers`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.model.block import Block, Variable
from syntask_yaml.model.job_template import undeclared_names
from syntask_yaml.model.pool import WorkPool

MAX_VARIABLE_NAME = 255
MAX_VARIABLE_VALUE = 5000

_VARIABLE_NAME = re.compile(r"[a-z0-9_-]+")
_BLOCK_NAME = re.compile(r"[a-z0-9-]+")
# The part of a hint that applies only to the embedded backend.
IF_MOVED = " if the project may move to a server"
_HINT = f"Choose another name{IF_MOVED}."


def check_portable(made: Variable | Block | WorkPool) -> Iterator[Diagnostic]:
    """Yield warnings for the names and values in *made* that a server would reject."""
    match made:
        case Variable(name, value):
            yield from _check_variable(name, len(json.dumps(value)))
        case Block(_, name) if not _BLOCK_NAME.fullmatch(name):
            yield _warning("a block", name, "may contain only lowercase letters, digits and `-`")
        case WorkPool():
            yield from _check_pool(made)


def _check_variable(name: str, length: int) -> Iterator[Diagnostic]:
    if not _VARIABLE_NAME.fullmatch(name):
        yield _warning("a variable", name, "may contain only lowercase letters, digits, `-` and `_`")
    elif len(name) > MAX_VARIABLE_NAME:
        yield _warning("a variable", name, f"may have at most {MAX_VARIABLE_NAME} characters")
    if length > MAX_VARIABLE_VALUE:
        detail = (
            f"A Prefect server rejects the value: as JSON it has more than {MAX_VARIABLE_VALUE:,} characters."
        )
        yield Diagnostic("not-portable", detail, "Store it in a `json` block.").as_warning()


def _check_pool(pool: WorkPool) -> Iterator[Diagnostic]:
    if pool.name.lower().startswith("prefect"):
        yield _warning("a work pool", pool.name, "must not start with `prefect`")
    template = pool.base_job_template
    if template and not (template.get("job_configuration") and template.get("variables")):
        detail = "A Prefect server rejects the job template: it needs a `job_configuration` and `variables`."
        yield Diagnostic("not-portable", detail, "Add what is missing.").as_warning()
    elif names := undeclared_names(template):
        listed = ", ".join(f"`{name}`" for name in sorted(names))
        detail = f"A Prefect server rejects the job template: its `variables` do not declare {listed}."
        yield Diagnostic("not-portable", detail, "Declare each under `variables: properties`.").as_warning()


def _warning(kind: str, name: str, rule: str) -> Diagnostic:
    detail = f"A Prefect server rejects `{name[:60]}`: the name of {kind} {rule}."
    return Diagnostic("not-portable", detail, _HINT).as_warning()
