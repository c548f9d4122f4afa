"""Convert a payload that is a mapping to the text of a template, as Prefect servers store it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from syntask_yaml.model.value import Value
from syntask_yaml.template import parse


def payload_text(payload: Value) -> str:
    """Return a template that renders to the JSON of *payload*, with each placeholder in it as a text."""
    if isinstance(payload, str):
        return payload
    return _json(payload)


def _json(value: Value) -> str:
    if isinstance(value, Mapping):
        items = ", ".join(f"{json.dumps(key)}: {_json(item)}" for key, item in value.items())
        return "{" + items + "}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_json, value))}]"
    return _text(value) if isinstance(value, str) else json.dumps(value)


def _text(text: str) -> str:
    template = parse(text)
    if not template.placeholders:
        return json.dumps(text, ensure_ascii=False)
    # Jinja reads the escapes of a JSON text as JSON does.
    parts = [
        json.dumps(each, ensure_ascii=False) if isinstance(each, str) else f"({each.text})"
        for each in template.parts
    ]
    text_of_all = " ~ ".join([*parts, '""'] if len(parts) == 1 else parts)
    return "{{ (" + text_of_all + ") | tojson }}"
