"""Check whether a value matches a JSON Schema, and explain why not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from syntask_yaml.diagnostics import Path, did_you_mean
from syntask_yaml.model.shared import once_per_object
from syntask_yaml.model.value import Json, Unknown, Value, json_text
from syntask_yaml.project.formats import FORMATS, is_made_of_text
from syntask_yaml.project.schema_circles import refers_to_itself
from syntask_yaml.project.written_types import hint_of_type
from syntask_yaml.template import is_template

# Values that a Prefect server fills in when a run is created.
_HYDRATED = "__prefect_kind"
# The references in a part of a schema to a property of the whole, and their targets in a separate schema.
_TO_PROPERTY, _PROPERTIES = '"$ref": "#/properties/', "x-properties"
# The maximum number of characters of a value in a reason.
_LONGEST = 100
# Failures of jsonschema: Rust patterns such as `\p{L}`, nesting depth, numbers too large for a float.
_NOT_EXPLAINED = (re.error, RecursionError, OverflowError)


def available(kind: str, properties: Mapping[str, Any]) -> str:
    """Return a hint that lists the names in *properties*, which are of *kind*, such as `parameters`."""
    names = ", ".join(f"`{name}`" for name in list(properties)[:8])
    return f"Available {kind}: {names}." if names else f"There are no {kind}."


class Misfit(NamedTuple):
    """A part of a value that does not match: its *path*, and the *reason* in a sentence.

    *is_of_format*: the type is right, and only the format of the text is wrong.
    """

    path: Path
    reason: str
    hint: str = ""
    is_of_format: bool = False

    def named(self, name: str) -> str:
        """Return the display name of the part in the value *name*, such as `source.tables[0]`."""
        return name + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path)


def is_open(value: Value) -> bool:
    """Return whether a part of *value* is only known later, or elsewhere."""
    if isinstance(value, Unknown) or is_template(value):
        return True
    if isinstance(value, Mapping):
        return _HYDRATED in value or "$ref" in value or any(map(is_open, value.values()))
    return isinstance(value, (list, tuple)) and any(map(is_open, value))


def mapping_misfits(schema: str, value: Value) -> Iterator[Misfit]:
    """Yield the mappings in *value* that cannot match, although some of their parts are unknown."""
    if not any(isinstance(each, Mapping) for each in _parts(value)) or _validator(schema, False) is None:
        return
    for error in _errors_of_known(schema, value):
        found = error.instance
        if isinstance(found, Mapping) and not (found.keys() & {_HYDRATED, "$ref"}) and _is_of_type(error):
            names = ", ".join(f"`{name}`" for name in found)
            reason = f"it is a mapping; select one of its keys: {names}."
            yield Misfit(tuple(error.absolute_path), reason)


def _parts(value: Value) -> Iterator[Value]:
    yield value
    if isinstance(value, (Mapping, list, tuple)):
        for part in value.values() if isinstance(value, Mapping) else value:
            yield from _parts(part)


def _is_of_type(error: Any) -> bool:
    """Return whether *error* is about the type of a value, rather than about a part of it."""
    inner = error.context if error.validator in ("anyOf", "oneOf") else ()
    return error.validator == "type" or bool(inner and all(map(_is_of_type, inner)))


def fits_all(schema: Mapping[str, Json], values: Mapping[str, Value]) -> bool:
    """Return whether *schema* has all of *values*, and they match: a quick check for the usual case.

    False is not necessarily a problem: unknown values do not match.
    """
    properties: Any = schema.get("properties") or {}
    if not values.keys() <= properties.keys():
        return False
    validator = _validator_of_values(schema)
    try:
        return validator is not None and bool(validator.is_valid(dict(values)))
    except ValueError:  # a value that is not JSON
        return False


@once_per_object
def _validator_of_values(schema: Mapping[str, Json]) -> Any:
    return _validator(subschema(schema, {"properties": schema.get("properties") or {}}), True)


def subschema(schema: Mapping[str, Json], part: Any) -> str:
    """Return *part* of a schema as a separate schema, as text: the key of the validator cache."""
    shared = {key: schema[key] for key in ("definitions", "$defs") if key in schema}
    text = json.dumps({**shared, **part}, sort_keys=True)
    if _TO_PROPERTY not in text:
        return text
    # References to other properties of the whole resolve through an extra key.
    whole = {**shared, _PROPERTIES: schema.get("properties") or {}, **part}
    return json.dumps(whole, sort_keys=True).replace(_TO_PROPERTY, f'"$ref": "#/{_PROPERTIES}/')


@lru_cache(maxsize=4096)
def _validator(schema: str, formats: bool) -> Any:
    from jsonschema_rs import Draft202012Validator

    try:
        return Draft202012Validator(
            json.loads(schema), validate_formats=formats, formats=dict(FORMATS), retriever=_fetch_nothing
        )
    except ValueError:  # an invalid template of the user is not checked
        return None


def is_usable(schema: str) -> bool:
    """Return whether values can be checked against *schema*: it is valid and complete."""
    return _validator(schema, False) is not None


def _fetch_nothing(address: str) -> Any:
    """Reject a schema at another *address*: a pool's template must not choose what this machine reads."""
    raise ValueError(f"{address} is elsewhere")


def _errors(schema: str, value: Value, *, formats: bool = False) -> Iterator[Any]:
    """Yield the errors of *value* from jsonschema, which explains them; nothing is fetched.

    Raises RecursionError for some circular schemas.
    """
    from jsonschema import Draft202012Validator, FormatChecker
    from jsonschema_specifications import REGISTRY

    checker = FormatChecker(())
    for name, fits in FORMATS.items() if formats else ():
        checker.checks(name)(fits)
    wanted = json.loads(schema)
    if refers_to_itself(wanted):
        raise RecursionError
    return Draft202012Validator(wanted, format_checker=checker, registry=REGISTRY).iter_errors(value)


def misfits(schema: str, value: Value, *, formats: bool = False) -> tuple[Misfit, ...]:
    """Return the parts of *value* that do not match, in source order. *formats*: also check text formats."""
    validator = _validator(schema, formats)
    if validator is None or validator.is_valid(value):
        return ()
    try:
        found = [
            _misfit(leaf) for error in _errors(schema, value, formats=formats) for leaf in _leaves(error)
        ]
    except _NOT_EXPLAINED:
        found = list(dict.fromkeys(_in_short(error) for error in validator.iter_errors(value)))
    # The library visits the keys of a mapping in any order.
    in_order = sorted(found, key=lambda each: _place(value, each.path))
    return tuple(in_order) or (() if formats else (Misfit((), "it is not a JSON value."),))


def _errors_of_known(schema: str, value: Value) -> Sequence[Any]:
    try:
        return tuple(_errors(schema, value))
    except _NOT_EXPLAINED:
        return ()


def _in_short(error: Any) -> Misfit:
    """Convert an *error* of the quick library, which consists of a value and the reason."""
    message = str(error.message)
    shown = message if len(message) <= 2 * _LONGEST else f"…{message[-_LONGEST:]}"
    return Misfit(tuple(error.instance_path), f"{shown}.".replace('"', "`"))


def _place(value: Any, path: Path) -> list[int]:
    """Return the position of the part at *path* in *value*, step by step."""
    places = []
    for step in path:
        places.append(step if isinstance(step, int) else list(value).index(step))
        value = value[step]
    return places


def _leaves(error: Any) -> Iterator[Any]:
    """Yield the causes of *error*: for alternatives, the errors of the only one with the value's type."""
    if _is_converted(error):
        return
    alternatives: dict[Any, list[Any]] = {}
    for each in error.context or ():
        if each.validator is not None:  # the schema `false` accepts nothing, and its error has no path
            alternatives.setdefault(each.relative_schema_path[0], []).append(each)
    meant = [errors for errors in alternatives.values() if not any(map(_is_of_another_type, errors))]
    if len(meant) == 1:
        for each in meant[0]:
            yield from _leaves(each)
    else:
        yield _nearest(error) if meant else error


def _is_converted(error: Any) -> bool:
    """Return whether a text that matches no alternative is converted to a number or boolean in a run."""
    has_format = any(each.validator == "format" for each in error.context or ())
    if not has_format or not isinstance(error.instance, str):
        return False
    return is_made_of_text(error.instance, [each for each in error.validator_value if isinstance(each, dict)])


def _nearest(error: Any) -> Any:
    from jsonschema.exceptions import best_match

    return best_match([error])


def _is_of_another_type(error: Any) -> bool:
    return error.validator in ("type", "const", "enum") and not error.relative_path


def _misfit(error: Any) -> Misfit:
    message = _in_words(error)[:200].replace("'", "`").replace("`python-", "`")
    return Misfit(tuple(error.absolute_path), f"{message}.", _hint(error), error.validator == "format")


def _hint(error: Any) -> str:
    value, choices = error.instance, error.validator_value
    if isinstance(value, str) and error.validator == "enum":
        return did_you_mean(value, [each for each in choices if isinstance(each, str)])
    return hint_of_type(value, error.schema)


def _in_words(error: Any) -> str:
    """Return the message of jsonschema for *error*, with the names of several allowed types."""
    inner = error.context if error.validator in ("anyOf", "oneOf") else ()
    message, value = str(error.message), error.instance
    if inner and all(each.validator == "type" and not each.relative_path for each in inner):
        message = f"{value!r} is not of type {' or '.join(repr(each.validator_value) for each in inner)}"
    # The message begins with the value in Python notation: `None` for `null`.
    if not message.startswith(repr(value)):
        return message
    return f"{_shortened(value)}{message.removeprefix(repr(value))}"


def _shortened(value: Value) -> str:
    """Return *value* as JSON, such as null or a quoted text, truncated so that the reason stays visible."""
    # Infinity is not JSON.
    text = value if isinstance(value, str) else json_text(value) or repr(value)
    shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return repr(shown) if isinstance(value, str) else shown
