"""Check declared parameters against the schema of their flow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from syntask_yaml.diagnostics import Diagnostic, did_you_mean, nearest
from syntask_yaml.document.node import Node
from syntask_yaml.model.value import Json, Value
from syntask_yaml.project.fit import Misfit, available, fits_all, is_open, mapping_misfits, misfits, subschema
from syntask_yaml.project.rules import schedules_of, triggers_of
from syntask_yaml.source import Source

# A text with another format than that of the annotation.
_TEXT = "wrong-parameter-text"


def check_parameters(
    entry: Node, schema: Mapping[str, Json] | None, *, flow: str = ""
) -> Iterator[Diagnostic]:
    """Yield mismatches between the parameters of a deployment, its schedules and triggers, and its *flow*.

    *entry* is the deployment, as written or with its templates resolved. Parameters that can still be given
    to a manual run are not missing; those of a scheduled run are.
    """
    if schema is None or entry.value.get("enforce_parameter_schema") is False:
        return
    declared = _parameters(entry)
    if declared is not None:
        yield from _check_values(declared, schema)
    for trigger in triggers_of(entry):
        yield from _check_trigger(trigger, schema)
    has_all = declared is not None and all(name in declared.value for name in _required(schema))
    if has_all and not _gives_parameters(entry):
        return
    for schedule in schedules_of(entry):
        own = _parameters(schedule)
        found = _check_values(own, schema) if own is not None else ()
        if schedule.value.get("active") is False:
            yield from (problem.as_warning() for problem in found)
            continue
        yield from found
        given = [node for node in (declared, own) if node is not None]
        yield from _check_missing(entry.get("parameters") or entry, given, schema, flow)


def _check_trigger(trigger: Node, schema: Mapping[str, Json]) -> Iterator[Diagnostic]:
    """Yield mismatches of the parameters of *trigger*, which a server accepts without starting runs."""
    given = _parameters(trigger)
    for problem in _check_values(given, schema) if given is not None else ():
        if problem.code == "unknown-parameter":
            yield problem
        elif "{%" not in str(trigger.at(problem.path[len(trigger.path) :]).value):
            yield (problem if problem.code == _TEXT else _not_started(problem)).as_warning()


def _not_started(problem: Diagnostic) -> Diagnostic:
    detail = f"{problem.detail} A Prefect server accepts it, but starts no run with it."
    return replace(problem, detail=detail)


def _required(schema: Mapping[str, Json]) -> Sequence[str]:
    return cast("Sequence[str]", schema.get("required") or ())


def _gives_parameters(entry: Node) -> bool:
    """Return whether a schedule of *entry* has parameters."""
    written = entry.value.get("schedules") or entry.value.get("schedule") or ()
    schedules = written if isinstance(written, list) else (written,)
    return any(isinstance(schedule, dict) and schedule.get("parameters") for schedule in schedules)


def _parameters(node: Node) -> Node | None:
    """Return the parameters of an entry or a schedule, if they are a mapping."""
    found = node.get("parameters")
    return found if found is not None and isinstance(found.value, dict) else None


def _check_values(node: Node, schema: Mapping[str, Json]) -> Iterator[Diagnostic]:
    if fits_all(schema, node.value):
        return
    properties: Any = schema.get("properties") or {}
    for value in node.children():
        name = str(value.path[-1])
        if name not in properties:
            hint = did_you_mean(name, properties, otherwise=available("parameters", properties))
            detail = f"The flow has no parameter `{name}`."
            yield value.problem("unknown-parameter", detail, hint, at_key=True)
            continue
        yield from _check_value(value, name, subschema(schema, properties[name]))


def _check_value(node: Node, name: str, schema: str) -> Iterator[Diagnostic]:
    """Yield each part of the parameter *name* that does not match, at its location."""
    if is_open(node.value):
        for found in mapping_misfits(schema, node.value):
            yield _wrong(node, name, found)
        return
    wrong = misfits(schema, node.value)
    for found in wrong:
        yield _wrong(node, name, found)
    said = {found.path for found in wrong}
    for found in misfits(schema, node.value, formats=True):
        if not wrong or (found.is_of_format and found.path not in said):
            problem = _wrong(node, name, found, code=_TEXT)
            yield replace(problem, detail=f"{problem.detail} A Prefect server accepts it, but the run fails.")


def _wrong(node: Node, name: str, found: Misfit, *, code: str = "wrong-parameter") -> Diagnostic:
    detail = f"The value of `{found.named(name)}` is not valid: {found.reason}"
    return node.at(found.path).problem(code, detail, found.hint)


def _check_missing(
    node: Node, given: Sequence[Node], schema: Mapping[str, Json], flow: str
) -> Iterator[Diagnostic]:
    called = f"The flow `{flow}`" if flow else "The flow"
    required = _required(schema)
    if all(any(name in each.value for each in given) for name in required):
        return
    properties: Any = schema.get("properties") or {}
    values = {str(value.path[-1]): value for each in given for value in each.children()}
    unknown = [name for name in values if name not in properties]
    lacking = [name for name in required if name not in values]
    for name in required:
        if name in values:
            continue
        detail = f"{called} requires `{name}`, and scheduled runs would have no value for it."
        is_only_one = len(unknown) == len(lacking) == 1  # the parameter of the flow was probably renamed
        if slip := unknown[0] if is_only_one else nearest(name, unknown):
            detail = f"{called} requires `{name}` and has no parameter `{slip}`."
            yield values[slip].problem("missing-parameter", detail, f"Did you mean `{name}`?", at_key=True)
        else:
            yield node.problem("missing-parameter", detail, f"Add `{name}` to `parameters`.", at_key=True)


def schema_problem(schema: Mapping[str, Json]) -> str:
    """Return why nothing can be checked against the stored *schema*; empty if it is usable."""
    properties, required = schema.get("properties") or {}, schema.get("required") or []
    if not isinstance(properties, Mapping):
        return "`properties` is not a mapping"
    if not isinstance(required, (list, tuple)):
        return "`required` is not a list"
    wrong = next((name for name, part in properties.items() if not isinstance(part, Mapping)), None)
    return "" if wrong is None else f"`properties.{wrong}` is not a mapping"


def check_run_parameters(parameters: Mapping[str, Value], schema: Mapping[str, Json]) -> Iterator[Diagnostic]:
    """Yield mismatches between the parameters of one run, none of which may be missing, and the schema."""
    node = Node(dict(parameters), Source("parameters", ""), 0)
    yield from _check_values(node, schema)
    for name in _required(schema):
        if name not in parameters:
            yield node.problem(
                "missing-parameter", f"The flow requires `{name}`.", f"Pass `--param {name}=…`."
            )
