"""What an editor can insert: examples of values, and items of lists with the keys that they need."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import count
from typing import Any, TypeAlias

from syntask_yaml.document.writer import to_scalar

Schema: TypeAlias = dict[str, Any]

STEP = "step_"

# What has a meaning in a field of a snippet.
_SPECIAL = re.compile(r"[\\$}]")

# The keys that an item is inserted with, by the definition of the item and the name of the snippet.
_ITEMS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "deployment": {"deployment": ("name", "entrypoint", "work_pool")},
    "schedule": {
        "cron schedule": ("cron", "timezone"),
        "interval schedule": ("interval", "timezone"),
        "rrule schedule": ("rrule", "timezone"),
    },
}


def example_snippet(schema: Schema) -> Schema:
    """Insert the example of a key that is a text or a number, as a field to fill in.

    What is one of a few values is suggested as such, and the server indents lists and mappings wrongly.
    """
    example = schema.get("examples", [None])[0]
    has_choices = "$ref" in schema or any("enum" in each for each in schema.get("anyOf", ()))
    if has_choices or isinstance(example, bool) or not isinstance(example, (str, int, float)):
        return {}
    return {"defaultSnippets": [{"label": _scalar(example), "body": _fields(example, count(1))}]}


def item_snippets(definitions: Mapping[str, Schema]) -> Callable[[Schema], Schema]:
    """Return what tells the snippets of the schema of a list, from the *definitions* of its items."""
    found = {f"#/$defs/{name}": [*_snippets(name, definitions[name])] for name in _ITEMS}
    found["#/$defs/step"] = [*_steps(definitions)]

    def snippets(schema: Schema) -> Schema:
        items = schema.get("items", {})
        names = [each.get("$ref") for each in (items, *items.get("anyOf", ()))]
        several = [snippet for name in names for snippet in found.get(name, ())]
        return {"defaultSnippets": several} if several else {}

    return snippets


def _snippets(name: str, definition: Schema) -> Iterator[Schema]:
    for label, keys in _ITEMS[name].items():
        yield _item(label, definition, _examples(definition, keys))


def _steps(definitions: Mapping[str, Schema]) -> Iterator[Schema]:
    for full_name, reference in definitions["step"]["then"]["properties"].items():
        definition = definitions[reference["$ref"].rpartition("/")[2]]
        inputs = definition["required"] or _first_with_default(definition)
        yield _item(full_name, definition, {full_name: _examples(definition, inputs)})


def _first_with_default(definition: Schema) -> list[str]:
    """Return the input to show of a step that needs none."""
    return [name for name, each in definition["properties"].items() if each.get("default") is not None][:1]


def _examples(definition: Schema, keys: Iterable[str]) -> dict[str, Any]:
    return {key: definition["properties"][key]["examples"][0] for key in keys}


def _item(label: str, definition: Schema, example: dict[str, Any]) -> Schema:
    return {
        "label": label,
        "markdownDescription": definition["description"],
        "type": "array",  # with which the server puts the dash before the first key where there is none
        "body": _fields(example, count(1)),
    }


def _fields(value: Any, numbers: Iterator[int]) -> Any:
    """*value* with every scalar in it as a field: `${1:text}`."""
    if isinstance(value, dict):
        return {key: _fields(each, numbers) for key, each in value.items()}
    text = _SPECIAL.sub(r"\\\g<0>", _scalar(value))
    return f"${{{next(numbers)}:{text}}}"


def _scalar(value: Any) -> str:
    return to_scalar(value) if isinstance(value, str) else json.dumps(value)
