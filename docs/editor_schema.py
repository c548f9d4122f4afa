"""The JSON Schema as editors use it: it accepts the same files, and says more about them.

`make docs` makes it from the schema that `validate` loads, which stays small. `markdownDescription`,
`defaultSnippets` and `doNotSuggest` are extensions of JSON Schema that yaml-language-server reads.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence

from docs.editor_snippets import STEP, Schema, example_snippet, item_snippets
from syntask_yaml.document.writer import to_yaml

_UNSET: tuple[object, ...] = (None, "", [], {})
_TITLES = {"sla": "SLA"}
# Definitions of which a value is no list and no mapping.
_SCALARS = ("#/$defs/flag", "#/$defs/template")
_ANYTHING = ("object", "array", "string", "number", "boolean", "null")


def editor_schema(schema: Schema) -> Schema:
    """Return the JSON Schema of a project file with what editors show, insert, and do not suggest."""
    given = schema["$defs"]
    snippets = item_snippets(given)
    definitions = {**given, **_steps(given), "template": _without(given["template"], "description")}
    titled = {name: {**_title(name, each), **each} for name, each in definitions.items()}

    def change(part: Schema) -> Schema:
        merged = _merged(part)
        return {**_described(merged), **snippets(merged)}

    return _changed({**schema, "$defs": titled}, change)


def _without(schema: Schema, *words: str) -> Schema:
    return {word: value for word, value in schema.items() if word not in words}


def _steps(definitions: Schema) -> Schema:
    """The definitions of a step and of a section, without the condition that completion does not look behind.

    The names of steps are inserted with their inputs, by snippets, and not suggested a second time.
    """
    step = definitions["step"]
    step = {**_without(step, "if", "then"), **_without(step["then"], "properties")}
    section = {**step, "type": ["array", "object", "null"], "items": {"$ref": "#/$defs/step"}}
    return {"step": step, "steps": _without(section, "description")}


def _changed(schema: Schema, change: Callable[[Schema], Schema]) -> Schema:
    """*schema* with *change* made to every schema inside it, and then to itself."""
    made = dict(schema)
    for word, value in schema.items():
        if word == "properties":
            made[word] = {name: _changed(_key(name, each), change) for name, each in value.items()}
        elif word in ("patternProperties", "$defs"):
            made[word] = {name: _changed(each, change) for name, each in value.items()}
        elif word == "anyOf":
            made[word] = [_changed(each, change) for each in value]
        elif word in ("items", "additionalProperties") and isinstance(value, dict):
            made[word] = _changed(value, change)
    return change(made)


def _key(name: str, schema: Schema) -> Schema:
    """Return the schema of a key, whose default and example are told in words; an example can be inserted."""
    made = {**_title(name, schema), **_without(schema, "default", "examples")}
    made["markdownDescription"] = "\n\n".join(
        [schema["description"], *_default(schema), *_examples(name, schema)]
    )
    if not made.keys() & {"type", "anyOf", "$ref"}:  # completion inserts no colon after a key of no type
        made["type"] = list(_ANYTHING)
    if schema.get("deprecated"):
        made["doNotSuggest"] = True
    return made | example_snippet(schema)


def _default(schema: Schema) -> Iterator[str]:
    default = schema.get("default")
    if default not in _UNSET and "Default: " not in schema["description"]:
        yield f"Default: `{default if isinstance(default, str) else json.dumps(default)}`."


def _examples(name: str, schema: Schema) -> Iterator[str]:
    for example in schema.get("examples", ()):
        yield f"Example:\n\n```yaml\n{to_yaml({name: example})}```"


def _title(name: str, schema: Schema) -> Schema:
    """Return the title of a list or a mapping; any other value has that of what it belongs to."""
    if not any(map(_is_nested, (schema, *schema.get("anyOf", ())))):
        return {}
    words = name.replace("_", " ", 1) if name.startswith(STEP) else name.replace("_", " ")
    return {"title": _TITLES.get(name, words[:1].upper() + words[1:])}


def _is_nested(schema: Schema) -> bool:
    if "$ref" in schema:
        return schema["$ref"] not in _SCALARS
    return not {"object", "array"}.isdisjoint(_kinds(schema))


def _kinds(schema: Schema) -> Sequence[str]:
    kinds = schema.get("type", ())
    return [kinds] if isinstance(kinds, str) else kinds


def _described(schema: Schema) -> Schema:
    """Return a description in plain text beside the one in Markdown."""
    if not schema.get("description"):
        return schema
    description = schema["description"]
    return {"markdownDescription": description, **schema, "description": description.replace("`", "")}


def _merged(schema: Schema) -> Schema:
    """Alternatives of different types as one schema, where that is the same: completion looks at one only.

    Others stay, and the first is made to differ: a hover repeats the title for alternatives that look alike.
    """
    if "anyOf" not in schema:
        return schema
    first, *others = schema["anyOf"]
    kinds = [kind for each in schema["anyOf"] for kind in _kinds(each)]
    has_types = all("type" in each for each in schema["anyOf"]) and len(kinds) == len({*kinds})
    if has_types and not any(
        "items" in each for each in others
    ):  # only a first choice is completed as a list
        merged = {word: value for each in schema["anyOf"] for word, value in each.items()}
        return {**_without(schema, "anyOf"), **merged, "type": kinds}
    return {**schema, "anyOf": [{"description": "", **first}, *others]}
