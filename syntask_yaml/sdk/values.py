"""Convert arguments of Python code to values of a project file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from syntask._backend.blocks import Block
from syntask_yaml.project.dialect import Dialect
from syntask_yaml.project.spelling import block_reference
from syntask_yaml.upgrade.template_text import escaped

# What a worker resolves in job variables.
_REFERENCE = re.compile(r"\{\{\s*(?:prefect|syntask)\.(?:blocks|variables)\.")


def literal(value: Any) -> Any:
    """Return *value* as JSON in which braces are text; a block is a reference to it."""
    return _converted(value, escaped)


def json_of(value: Any) -> Any:
    """Return *value* as JSON with its texts as they are."""
    return _converted(value, str)


def job_variables(value: Any) -> Any:
    """Return job variables as JSON, in which texts may refer to blocks and variables."""
    return _converted(value, lambda text: text if _REFERENCE.search(text) else escaped(text))


def reference(block: Block) -> str:
    """Return the template that stands for a block."""
    return block_reference(block.block_type_slug, block.name, Dialect.SYNTASK)


def _converted(value: Any, text: Callable[[str], str]) -> Any:
    if isinstance(value, Block):
        return reference(value)
    if isinstance(value, str):
        return text(str(value))
    if isinstance(value, Mapping):
        return {str(key): _converted(item, text) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):  # whose order is another one in every process
        return sorted((_converted(item, text) for item in value), key=repr)
    if isinstance(value, (list, tuple)):
        return [_converted(item, text) for item in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return _converted(_jsonable(value), text)


def _jsonable(value: Any) -> Any:
    """Return a date, an enum, a model … as pydantic writes it. Raises TypeError for what has no JSON."""
    from pydantic_core import PydanticSerializationError, to_jsonable_python

    try:
        return to_jsonable_python(value)
    except PydanticSerializationError as error:
        raise TypeError(
            f"A value of type `{type(value).__name__}` cannot be stored with a deployment."
        ) from error
