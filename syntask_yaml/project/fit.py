"""Whether a value fits a JSON Schema, and why not, in words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from syntask_yaml.model.shared import once_per_object
from syntask_yaml.model.value import Json, Unknown, Value
from syntask_yaml.project.formats import FORMATS
from syntask_yaml.template import is_template

# Values that a Prefect server fills in when a run is made.
_HYDRATED = "__prefect_kind"


def available(kind: str, properties: Mapping[str, Any]) -> str:
    """Return a hint that lists the names in *properties*, which are of *kind*, such as `parameters`."""
    names = ", ".join(f"`{name}`" for name in list(properties)[:8])
    return f"Available {kind}: {names}." if names else f"There are no {kind}."


def quotes(value: Value, schema: Mapping[str, Any]) -> str:
    """The hint for a number where text is meant, also in a mapping of texts; empty for all else."""
    if _is_unquoted(value, schema):
        return "Quote it."
    if isinstance(value, Mapping):
        inner = [each.get("additionalProperties") for each in _choices(schema)]
        for key, part in value.items():
            if any(isinstance(each, Mapping) and _is_unquoted(part, each) for each in inner):
                return f"Quote the value of `{key}`."
    return ""


def _is_unquoted(value: Value, schema: Mapping[str, Any]) -> bool:
    """Whether *value* is a number, true or false, and *schema* takes text and none of these."""
    if not isinstance(value, (int, float)):
        return False
    named = [each.get("type") for each in _choices(schema)]
    types = [name for each in named for name in (each if isinstance(each, list) else [each])]
    return "string" in types and not any(name in types for name in ("number", "integer", "boolean"))


def _choices(schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """*schema*, and the schemas of which a value has to fit one."""
    choices = schema.get("anyOf")
    return (
        [schema, *(each for each in choices if isinstance(each, Mapping))]
        if isinstance(choices, list)
        else [schema]
    )


def is_open(value: Value) -> bool:
    """Whether part of *value* is only known later, or elsewhere."""
    if isinstance(value, Unknown) or is_template(value):
        return True
    if isinstance(value, Mapping):
        return _HYDRATED in value or "$ref" in value or any(map(is_open, value.values()))
    return isinstance(value, (list, tuple)) and any(map(is_open, value))


def mapping_misfit(schema: str, value: Value) -> str:
    """Why a mapping in *value*, whose parts are known later, cannot fit, in a sentence; empty if it can."""
    if not any(isinstance(each, Mapping) for each in _parts(value)) or _validator(schema, False) is None:
        return ""
    from jsonschema import Draft202012Validator

    for error in Draft202012Validator(json.loads(schema)).iter_errors(value):
        found = error.instance
        if isinstance(found, Mapping) and not (found.keys() & {_HYDRATED, "$ref"}) and _is_of_type(error):
            where = "".join(f"[{step!r}]" for step in error.absolute_path)
            names = ", ".join(f"`{name}`" for name in found)
            return f"{where + ': ' if where else ''}it is a mapping; select one of its keys: {names}."
    return ""


def _parts(value: Value) -> Iterator[Value]:
    yield value
    if isinstance(value, (Mapping, list, tuple)):
        for part in value.values() if isinstance(value, Mapping) else value:
            yield from _parts(part)


def _is_of_type(error: Any) -> bool:
    """Whether *error* is about the type of a value, rather than about something inside."""
    inner = error.context if error.validator in ("anyOf", "oneOf") else ()
    return error.validator == "type" or bool(inner and all(map(_is_of_type, inner)))


def fits_all(schema: Mapping[str, Json], values: Mapping[str, Value]) -> bool:
    """Whether *schema* has each of *values*, and it fits, with its texts: one look at what is mostly right.

    Not all that is false is a problem: what is known later, or elsewhere, does not fit.
    """
    properties: Any = schema.get("properties") or {}
    if not values.keys() <= properties.keys():
        return False
    validator = _validator_of_values(schema)
    try:
        return validator is not None and bool(validator.is_valid(dict(values)))
    except ValueError:  # something that JSON does not have
        return False


@once_per_object
def _validator_of_values(schema: Mapping[str, Json]) -> Any:
    return _validator(subschema(schema, {"properties": schema.get("properties") or {}}), True)


def subschema(schema: Mapping[str, Json], part: Any) -> str:
    """*part* of a schema as a schema of its own, as text: a key to the cache of validators."""
    shared = {key: schema[key] for key in ("definitions", "$defs") if key in schema}
    return json.dumps({**shared, **part}, sort_keys=True)


@lru_cache(maxsize=4096)
def _validator(schema: str, formats: bool) -> Any:
    from jsonschema_rs import Draft202012Validator

    try:
        return Draft202012Validator(json.loads(schema), validate_formats=formats, formats=dict(FORMATS))
    except ValueError:  # a template of somebody's own that is no JSON Schema says nothing
        return None


def misfit(schema: str, value: Value, *, formats: bool = False) -> str:
    """Why *value* does not fit, in a sentence; empty if it does. *formats*: the text inside counts, too."""
    validator = _validator(schema, formats)
    if validator is None or validator.is_valid(value):
        return ""
    from jsonschema import Draft202012Validator, FormatChecker
    from jsonschema.exceptions import best_match

    checker = FormatChecker(())
    for name, fits in FORMATS.items() if formats else ():
        checker.checks(name)(fits)
    error = best_match(Draft202012Validator(json.loads(schema), format_checker=checker).iter_errors(value))
    if error is None:
        return "it is not a JSON value."
    message = _in_words(error)[:200].replace("'", "`").replace("`python-", "`")
    where = "".join(f"[{step!r}]" for step in error.absolute_path)
    return f"{where + ': ' if where else ''}{message}."


def _in_words(error: Any) -> str:
    """What jsonschema says of *error*; where a value may be of several types, these are named."""
    inner = error.context if error.validator in ("anyOf", "oneOf") else ()
    if not inner or any(each.validator != "type" or each.relative_path for each in inner):
        return str(error.message)
    return f"{error.instance!r} is not of type {' or '.join(repr(each.validator_value) for each in inner)}"
