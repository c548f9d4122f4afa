"""Ask for parameters."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from syntask_yaml.project.parameters import check_run_parameters
from syntask_yaml.template import is_template
from syntask_yaml.wizard.context import InterviewContext
from syntask_yaml.wizard.draft import Draft
from syntask_yaml.wizard.questions import NOTHING, Choice, Interview, Select, Text

DONE = ""


def ask_parameters(draft: Draft, context: InterviewContext) -> Interview[Draft]:
    """Ask for the values of required parameters, and for overrides of defaults on request."""
    if draft.flow.parameter_schema is None:
        return (yield from _ask_unknown(draft, context))
    for name in _required(draft):
        if name not in context.given.overrides.parameters:
            is_needed = bool(context.given.overrides.schedules)
            draft = yield from _ask_value(draft, context, name, is_needed=is_needed)
    return (yield from _ask_others(draft, context))


def ask_missing(draft: Draft, context: InterviewContext) -> Interview[Draft]:
    """Ask for the values that a scheduled run would lack."""
    for name in _required(draft):
        given = {**(draft.fields.get("parameters") or {}), **context.given.overrides.parameters}
        if name not in given:
            draft = yield from _ask_value(draft, context, name, is_needed=True)
    return draft


def _ask_others(draft: Draft, context: InterviewContext) -> Interview[Draft]:
    others = [name for name in _properties(draft) if name not in _required(draft)]
    while others:
        chosen = yield from Select(
            "parameter",
            "Override a parameter?",
            choices=[Choice(DONE, "None"), *_choices(draft, context, others)],
            default=DONE,
        ).ask(context.answers)
        if chosen == DONE:
            break
        draft = yield from _ask_value(draft, context, chosen, is_needed=False)
    return draft


def _choices(draft: Draft, context: InterviewContext, names: list[str]) -> Iterator[Choice]:
    values = {**(draft.fields.get("parameters") or {}), **context.given.overrides.parameters}
    width = max(map(len, names))
    for name in names:
        schema = _properties(draft)[name]
        value = f"{_json(values[name])} (set)" if name in values else _json(schema.get("default"))
        yield Choice(name, f"{name:<{width}}  {_type_of(schema)}: {value}")


def _ask_value(draft: Draft, context: InterviewContext, name: str, *, is_needed: bool) -> Interview[Draft]:
    """Ask for the value of one parameter; an empty answer leaves it to the flow or to the run."""
    schema = draft.flow.value_schema or {}
    own = _properties(draft)[name]
    values = dict(draft.fields.get("parameters") or {})
    notes = list(_notes(own, is_required=name in _required(draft), is_needed=is_needed))
    key, text, option = f"parameter {name}", f"{name} ({_type_of(own)})", f"--param {name}=VALUE"
    choices = _values_of(own)
    current = _shown(values[name]) if name in values else ""
    if choices:
        choices = choices if is_needed else [Choice(DONE, "Leave it unset"), *choices]
        select = Select(key, text, choices=choices, default=current or None, notes=notes, option=option)
        typed = yield from select.ask(context.answers)
    else:
        check = partial(_problem, schema, name)
        line = Text(key, text, check=check, notes=notes, option=option)
        optional = replace(line, default=current)
        typed = yield from (
            line.ask(context.answers) if is_needed else optional.ask_optional(context.answers)
        )
    values.pop(name, None)
    return draft.put(parameters={**values, **({name: _value(schema, name, typed)} if typed else {})})


def _ask_unknown(draft: Draft, context: InterviewContext) -> Interview[Draft]:
    """Ask for parameters of a flow without a readable signature: pairs, as on the command line."""
    while True:
        values = draft.fields.get("parameters") or {}
        pair = yield from Text(
            "parameter",
            "Parameter as NAME=VALUE (Enter: done)",
            default="",
            may_be_empty=True,
            check=_pair_problem,
            notes=["The flow's parameters cannot be read from its source."] if not values else [],
        ).ask(context.answers)
        if not pair:
            return draft
        name, _, text = pair.partition("=")
        draft = draft.put(parameters={**values, name.strip(): _plain(text)})


def _pair_problem(text: str) -> str:
    name, equals, _ = text.partition("=")
    return "" if not text or (equals and name.strip().isidentifier()) else "Write NAME=VALUE."


def _properties(draft: Draft) -> Mapping[str, Any]:
    properties: Any = (draft.flow.parameter_schema or {}).get("properties") or {}
    ordered: Mapping[str, Any] = dict(
        sorted(properties.items(), key=lambda item: item[1].get("position", len(properties)))
    )
    return ordered


def _required(draft: Draft) -> list[str]:
    return list((draft.flow.parameter_schema or {}).get("required") or ())


def _notes(schema: Mapping[str, Any], *, is_required: bool, is_needed: bool) -> Iterator[str]:
    if schema.get("description"):
        yield str(schema["description"])
    if is_needed:
        yield "Scheduled runs need a value."
    elif is_required:
        yield "Enter: no value, so each run has to set it."
    else:
        yield f"Enter: keep the flow's default, {_json(schema.get('default'))}."


def _values_of(schema: Mapping[str, Any]) -> list[Choice]:
    """Return the values of a parameter that has few; none for any other."""
    if schema.get("type") == "boolean":
        return [Choice("true", "true"), Choice("false", "false")]
    values = schema.get("enum") or ()
    return [Choice(_shown(value), _shown(value)) for value in values]


_KINDS = {"integer": "whole number", "array": "list", "object": "mapping", "string": "text"}


def _type_of(schema: Mapping[str, Any]) -> str:
    if "anyOf" in schema:
        kinds = (_type_of(part) for part in schema["anyOf"])
        return " or ".join(dict.fromkeys(kinds))
    kind = str(schema.get("type", "object" if "$ref" in schema or "allOf" in schema else "any"))
    return str(schema.get("format", _KINDS.get(kind, kind)))


def _problem(schema: Mapping[str, Any], name: str, text: str) -> str:
    """Return a sentence on why *text* is not a valid value of the parameter; empty if it is."""
    value = _value(schema, name, text)
    return "" if is_template(value) else _misfit(schema, name, value)


def _misfit(schema: Mapping[str, Any], name: str, value: Any) -> str:
    alone = {**schema, "required": []}
    return next((each.detail for each in check_run_parameters({name: value}, alone)), "")


def _value(schema: Mapping[str, Any], name: str, text: str) -> Any:
    """Convert typed text to a value: unchanged if the parameter is a text, else JSON if valid."""
    value = _plain(text)
    if isinstance(value, str):
        return value
    kinds = _kinds(schema.get("properties", {}).get(name, {}))
    if kinds <= {"string", "null"} and "string" in kinds:
        return value if value is None and "null" in kinds else text
    return text if _misfit(schema, name, value) and not _misfit(schema, name, text) else value


def _kinds(schema: Mapping[str, Any]) -> set[str]:
    return {str(part.get("type")) for part in schema.get("anyOf") or (schema,)}


def _plain(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _shown(value: Any) -> str:
    """Return a value as the user would type it."""
    is_plain = isinstance(value, str) and value not in ("", NOTHING) and value == value.strip()
    return value if is_plain and _plain(value) == value else _json(value)
