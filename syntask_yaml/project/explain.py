"""Explain errors of the JSON Schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from syntask_yaml.diagnostics import Diagnostic, did_you_mean, nearest
from syntask_yaml.document.location import start_of
from syntask_yaml.document.node import Node
from syntask_yaml.model.cron import cron_problem
from syntask_yaml.model.recurrence import rrule_problem
from syntask_yaml.model.timing import parse_interval
from syntask_yaml.project.misplaced import ANCHOR_HOME, is_in_step, remedy, title_of
from syntask_yaml.project.sections import SECTIONS

_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
}

# The nested key that is meant if a key has a text instead of a mapping.
_MEANT = {"work_pool": "name"}


def schema_diagnostics(error: Any, root: Node) -> Iterator[Diagnostic]:
    """Yield diagnostics for a `jsonschema.ValidationError` about the value of *root*, or a part of it."""
    node = root.at(tuple(error.absolute_path))
    yield from _EXPLANATIONS.get(error.validator, _misfit)(error, node, root)


Explanation = Callable[[Any, Node, Node], Iterator[Diagnostic]]


def _unknown_keys(error: Any, node: Node, _root: Node) -> Iterator[Diagnostic]:
    known = list(error.schema.get("properties", ()))
    patterns = error.schema.get("patternProperties", ())
    for key in error.instance:
        if key in known or any(re.search(pattern, key) for pattern in patterns):
            continue
        child = node.get(key)
        is_input = is_in_step(node.path)
        code = "unknown-input" if is_input else "unknown-key"
        detail = f"{_subject(node)} has no {'input' if is_input else 'key'} `{key}`."
        given = frozenset(map(str, error.instance))
        hint = ANCHOR_HOME if not node.path and _is_anchor(child) else remedy(node.path, key, known, given)
        yield (child or node).problem(code, detail, hint, at_key=True)


def _is_anchor(node: Node | None) -> bool:
    """Return whether the value at *node* exists only to be referred to."""
    return node is not None and node.source.text.startswith("&", start_of(node.location))


def _one_of_several(error: Any, node: Node, root: Node) -> Iterator[Diagnostic]:
    """Yield the problem in the intended alternative, or else a list of the alternatives."""
    if "x-expected" in error.schema:  # a single type to the user, whatever the number of alternatives
        yield from _misfit(error, node, root)
        return
    branches: dict[int, list[Any]] = {}
    for cause in error.context:
        branches.setdefault(cause.schema_path[0], []).append(cause)
    meant = [causes for causes in branches.values() if not any(_is_wrong_kind(each) for each in causes)]
    if not meant:
        yield from _misfit(error, node, root)
        return
    best = max(meant, key=lambda causes: max(len(cause.relative_path) for cause in causes))
    for cause in best:
        yield from _EXPLANATIONS.get(cause.validator, _misfit)(
            cause, root.at(tuple(cause.absolute_path)), root
        )


def _is_wrong_kind(cause: Any) -> bool:
    """Return whether *cause* says that the value has another type than this alternative."""
    if cause.validator == "maxProperties" and cause.validator_value == 0:
        return True
    return not cause.relative_path and cause.validator in ("const", "pattern", "type")


def _misfit(error: Any, node: Node, _root: Node) -> Iterator[Diagnostic]:
    if _is_no_step(node):  # reported for its name
        return
    expected = _expected(error.schema)
    name = _name(node)
    hint = _schedule_hint(node)
    if hint:
        pass
    elif isinstance(node.value, (int, float)) and expected.startswith("text"):
        hint = "Quote it."
    elif expected.startswith("a list") or ("a list" in expected and isinstance(node.value, dict)):
        hint = "Start each item with `- `."
    elif "a mapping" in expected:
        hint = _mapping_hint(node, expected)
    code = "wrong-input" if is_in_step(node.path) else "wrong-type"
    yield node.problem(code, f"{name} is {_shown(node.value)}; expected {expected}.", hint)


def _is_no_step(node: Node) -> bool:
    """Return whether the value belongs to a key of a section that cannot be the name of a step."""
    *outer, last = node.path or ("",)
    while outer and isinstance(outer[-1], int):
        outer.pop()
    return bool(outer) and outer[-1] in SECTIONS and isinstance(last, str) and "." not in last


def _mapping_hint(node: Node, expected: str) -> str:
    key = node.path[-1] if node.path else ""
    if key in _MEANT and isinstance(node.value, str):
        return f"Write `{_MEANT[key]}: {node.value}` under `{key}:`."
    if expected.startswith("a whole number"):
        return "Write a number, or `key: value` lines."
    return "Write `key: value` lines."


def _schedule_hint(node: Node) -> str:
    """Return the lines to write if a schedule's timing is written instead of the schedule."""
    keys = [step for step in node.path if step in ("schedule", "schedules")]
    if not keys or node.path[-1] not in (keys[0], *range(100)):
        return ""
    start = "- " if keys[0] == "schedules" else ""
    if isinstance(node.value, dict):
        return "Start each schedule with `- `, such as `- cron: 0 6 * * *`."
    if isinstance(node.value, bool) or not isinstance(node.value, (str, int, float)):
        return ""
    key = _timing_key(node.value)
    written = f'"{node.value}"' if isinstance(node.value, str) else node.value
    if key is None:
        return f"Write `{start}cron: 0 6 * * *` under `{keys[0]}:`, or `{start}interval:` and a duration."
    return f"Write `{start}{key}: {written}` under `{keys[0]}:`."


def _timing_key(value: float | str) -> str | None:
    """Return the key of a schedule (`cron`, `interval` or `rrule`) that *value* matches, or None."""
    if isinstance(value, str) and cron_problem(value) is None:
        return "cron"
    if isinstance(value, str) and "FREQ=" in value.upper() and rrule_problem(value) is None:
        return "rrule"
    try:
        parse_interval(value)
    except ValueError:
        return None
    return "interval"


def _missing(error: Any, node: Node, _root: Node) -> Iterator[Diagnostic]:
    code = "missing-input" if is_in_step(node.path) else "missing-key"
    is_closed = error.schema.get("additionalProperties") is False
    known = error.schema.get("properties", ())
    unknown = [key for key in error.instance if is_closed and key not in known]
    for key in error.validator_value:
        if key not in error.instance and nearest(key, unknown) is None:  # a misspelling is reported as one
            detail = f"{_subject(node)} requires `{key}`."
            yield node.problem(code, detail, f"Add `{key}:`.", at_key=True)


def _not_listed(error: Any, node: Node, _root: Node) -> Iterator[Diagnostic]:
    choices = [str(choice) for choice in error.validator_value if choice is not None]
    listed = ", ".join(f"`{choice}`" for choice in choices)
    hint = did_you_mean(str(node.value), choices)
    yield node.problem(
        "wrong-value", f"{_name(node)} is {_shown(node.value)}; expected one of {listed}.", hint
    )


def _out_of_range(error: Any, node: Node, _root: Node) -> Iterator[Diagnostic]:
    relation = _RELATIONS[error.validator]
    detail = f"{_name(node)} is {_shown(node.value)}; it must be {relation} {error.validator_value}."
    yield node.problem("wrong-value", detail)


def _several_steps(error: Any, node: Node, _root: Node) -> Iterator[Diagnostic]:
    if error.validator_value != 1:
        yield from _misfit(error, node, _root)


def _empty(_error: Any, node: Node, _root: Node) -> Iterator[Diagnostic]:
    yield node.problem("wrong-value", f"{_name(node)} is empty.", "Set it or remove it.")


_RELATIONS = {
    "minimum": "at least",
    "maximum": "at most",
    "exclusiveMinimum": "more than",
}
_EXPLANATIONS: Mapping[str, Explanation] = {
    "additionalProperties": _unknown_keys,
    "anyOf": _one_of_several,
    "required": _missing,
    "enum": _not_listed,
    **dict.fromkeys(("minProperties", "minItems", "minLength"), _empty),
    "maxProperties": _several_steps,  # the rules check steps
    **dict.fromkeys(_RELATIONS, _out_of_range),
}


def _subject(node: Node) -> str:
    """Return the name of the mapping at *node* for the start of a sentence."""
    kind = title_of(node.path)
    return f"{kind[:1].upper()}{kind[1:]}"


def _name(node: Node) -> str:
    if not node.path:
        return "The project"
    last = node.path[-1]
    return (
        f"`{last}`"
        if isinstance(last, str)
        else f"This item of `{node.path[-2]}`"
        if len(node.path) > 1
        else "This item"
    )


def _shown(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"the text `{value[:60]}`" if value else "empty text"
    if isinstance(value, (int, float)):
        return f"the number {value}"
    return "a list" if isinstance(value, list) else "a mapping"


def _expected(schema: Any) -> str:
    """Return the types that *schema* allows, in words."""
    if "x-expected" in schema:
        return str(schema["x-expected"])
    words = list(dict.fromkeys(_TYPES[kind] for kind in _kinds(schema) if kind in _TYPES))
    if not words:
        return "something else"
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _kinds(schema: Any) -> Iterator[str]:
    kinds = schema.get("type", ())
    yield from [kinds] if isinstance(kinds, str) else kinds
    for branch in schema.get("anyOf", ()):
        if branch.get("maxProperties") == 0:  # an empty mapping is meaningless, and not expected
            continue
        reference = branch.get("$ref", "")
        if reference.endswith("/template") or "pattern" in branch:  # a template for a value of another type
            continue
        if reference:
            yield "array" if reference.endswith("/tags") else "object"
        yield from _kinds(branch)
        if "enum" in branch:
            yield "string"
