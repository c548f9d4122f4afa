"""Declared values against the JSON Schemas that they must fit: a flow's parameters, a pool's variables."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

from syntask_yaml.diagnostics import Diagnostic, did_you_mean, nearest
from syntask_yaml.document.node import Node
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.value import Json, Unknown, Value
from syntask_yaml.project.formats import FORMATS
from syntask_yaml.project.rules import schedules_of
from syntask_yaml.source import Source
from syntask_yaml.template import is_template

# Values that a Prefect server fills in when a run is made.
_HYDRATED = "__prefect_kind"


def check_parameters(entry: Node, schema: Mapping[str, Json] | None) -> Iterator[Diagnostic]:
    """The parameters of a deployment and of its schedules against the signature of its flow.

    *entry* is the deployment, as it was written or with its templates resolved. What a run can still
    be given by hand is not missing; what a scheduled run would lack is.
    """
    if schema is None or entry.value.get("enforce_parameter_schema") is False:
        return
    declared = _parameters(entry)
    if declared is not None:
        yield from _check_values(declared, schema)
    for schedule in schedules_of(entry):
        if schedule.value.get("active") is False:
            continue
        own = _parameters(schedule)
        if own is not None:
            yield from _check_values(own, schema)
        given = [node for node in (declared, own) if node is not None]
        yield from _check_missing(entry.get("parameters") or entry, given, schema)


def _parameters(node: Node) -> Node | None:
    """The parameters that an entry or a schedule gives, if they are that."""
    found = node.get("parameters")
    return found if found is not None and isinstance(found.value, dict) else None


def _check_values(node: Node, schema: Mapping[str, Json]) -> Iterator[Diagnostic]:
    properties: Any = schema.get("properties") or {}
    for value in node.children():
        name = str(value.path[-1])
        if name not in properties:
            hint = did_you_mean(name, properties, otherwise=_list(properties))
            detail = f"The flow has no parameter `{name}`."
            yield value.problem("unknown-parameter", detail, hint, at_key=True)
            continue
        if _is_open(value.value):
            continue
        part = _subschema(schema, properties[name])
        if reason := _misfit(part, value.value):
            hint = _quotes(value.value, properties[name])
            yield value.problem("wrong-parameter", f"`{name}` does not fit: {reason}", hint)
        elif reason := _misfit(part, value.value, formats=True):
            detail = f"`{name}` does not fit: {reason} A Prefect server accepts it, and the run fails."
            yield value.problem("wrong-parameter", detail).as_warning()


def _check_missing(node: Node, given: Sequence[Node], schema: Mapping[str, Json]) -> Iterator[Diagnostic]:
    required: Any = schema.get("required") or ()
    properties: Any = schema.get("properties") or {}
    values = {str(value.path[-1]): value for each in given for value in each.children()}
    unknown = [name for name in values if name not in properties]
    for name in required:
        if name in values:
            continue
        detail = f"The flow needs `{name}`, and a scheduled run would not have it."
        if slip := nearest(name, unknown):
            detail = f"The flow needs `{name}`, and has no parameter `{slip}`."
            yield values[slip].problem("missing-parameter", detail, f"Did you mean `{name}`?", at_key=True)
        else:
            yield node.problem("missing-parameter", detail, f"Add `{name}` to `parameters`.", at_key=True)


def check_run_parameters(parameters: Mapping[str, Value], schema: Mapping[str, Json]) -> Iterator[Diagnostic]:
    """The parameters of one run, which lack nothing, against the schema of its deployment."""
    node = Node(dict(parameters), Source("parameters", ""), 0)
    yield from (problem.as_error() for problem in _check_values(node, schema))
    for name in cast("Sequence[str]", schema.get("required") or ()):
        if name not in parameters:
            yield node.problem("missing-parameter", f"The flow needs `{name}`.", f"Add `--param {name}=…`.")


def check_job_variables(node: Node, pool: WorkPool) -> Iterator[Diagnostic]:
    """The job variables at *node* against what the pool's template says of them."""
    schema: Any = pool.base_job_template.get("variables") or {}
    properties: Any = schema.get("properties") or {}
    for value in node.children():
        name = str(value.path[-1])
        if name in properties:
            if not _is_open(value.value) and (
                reason := _misfit(_subschema(schema, properties[name]), value.value)
            ):
                detail = f"`{name}` does not fit the work pool `{pool.name}`: {reason}"
                yield value.problem("wrong-job-variable", detail, _quotes(value.value, properties[name]))
        elif properties and "." not in name:
            hint = did_you_mean(name, properties, otherwise=_list(properties))
            detail = f"The work pool `{pool.name}` has no variable `{name}`, and ignores it."
            yield value.problem("unknown-job-variable", detail, hint, at_key=True).as_warning()


def _list(properties: Mapping[str, Any]) -> str:
    names = ", ".join(f"`{name}`" for name in list(properties)[:8])
    return f"There are {names}." if names else "There are none."


def _quotes(value: Value, schema: Mapping[str, Any]) -> str:
    is_number_for_text = isinstance(value, (int, float)) and schema.get("type") == "string"
    return "Put quotes around it." if is_number_for_text else ""


def _is_open(value: Value) -> bool:
    """Whether part of *value* is only known later, or elsewhere."""
    if isinstance(value, Unknown) or is_template(value):
        return True
    if isinstance(value, Mapping):
        return _HYDRATED in value or "$ref" in value or any(map(_is_open, value.values()))
    return isinstance(value, (list, tuple)) and any(map(_is_open, value))


def _subschema(schema: Mapping[str, Json], part: Any) -> str:
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


def _misfit(schema: str, value: Value, *, formats: bool = False) -> str:
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
        return "it is no JSON value."
    message = error.message[:200].replace("'", "`")
    where = "".join(f"[{step!r}]" for step in error.absolute_path)
    return f"{where + ': ' if where else ''}{message}."
