"""Resolve the templates of an action with the values of an event."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from syntask_yaml.model.value import Value
from syntask_yaml.template import Blocks, Scope, Unresolved, may_hold_template, resolve

Facts = Mapping[str, Any]


def scope_of(facts: Facts) -> Scope:
    """Return the names that templates may use where *facts* are known, and nothing else is."""
    return Scope(outputs=facts, blocks=Blocks.REFUSE)


def render(value: Value, facts: Facts, report: Callable[[Unresolved], None] = lambda _found: None) -> Any:
    """*value* with its placeholders resolved, each as text: what has no value is empty, and reported."""
    if isinstance(value, str):
        return _text(value, facts, report) if may_hold_template(value) else value
    if isinstance(value, Mapping):
        return {key: render(item, facts, report) for key, item in value.items()}
    return [render(item, facts, report) for item in value] if isinstance(value, (list, tuple)) else value


def _text(text: str, facts: Facts, report: Callable[[Unresolved], None]) -> str:
    found = resolve(text, scope_of(facts), report)
    if isinstance(found, str):
        return found
    return "" if found is None else json.dumps(found, ensure_ascii=False)
