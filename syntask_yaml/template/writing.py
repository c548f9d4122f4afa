"""Write values as templates that resolve to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syntask_yaml.model.value import Value
from syntask_yaml.template.parser import parse
from syntask_yaml.template.resolver import resolve
from syntask_yaml.template.scope import Scope

_BRACES, _WRITTEN_BRACES = "{{", '{{ "{{" }}'


def as_template(value: Value, scope: Scope) -> Value:
    """Return *value* as a template that resolves to it."""
    if isinstance(value, Mapping):
        return {key: as_template(item, scope) for key, item in value.items()}
    if isinstance(value, list):
        return [as_template(item, scope) for item in value]
    if not isinstance(value, str) or _BRACES not in value:
        return value
    problems: list[Any] = []
    is_same = resolve(value, scope, problems.append) == value and not problems
    is_closed = not parse(value).is_unclosed
    return value if is_same and is_closed else value.replace(_BRACES, _WRITTEN_BRACES)
