"""Job variables against the template of their work pool, as the job of a run would have them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from syntask_yaml.diagnostics import Diagnostic, did_you_mean, nearest
from syntask_yaml.document.node import Node
from syntask_yaml.model.job_variables import merged, nested, with_defaults
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.value import Unknown, Value
from syntask_yaml.project.fit import available, fits_all, is_open, mapping_misfit, misfit, quotes, subschema
from syntask_yaml.project.rules import schedules_of, triggers_of
from syntask_yaml.source import Source
from syntask_yaml.template import is_template


def check_job_variables(entry: Node, pool: WorkPool, *, by_server: bool) -> Iterator[Diagnostic]:
    """Check the job variables of the deployment *entry*, some required by *pool*, and of its triggers.

    *by_server*: a server checks them when they are deployed, and takes a reference to a block only where
    the template takes text.
    """
    declared = entry.get("work_pool") or entry
    node = declared.get("job_variables") if declared is not entry else None
    given: Mapping[str, Value] = node.value if node is not None and isinstance(node.value, dict) else {}
    if node is not None and given:
        yield from _check_values(node, pool, by_server=by_server)
    for trigger in triggers_of(entry):
        own = trigger.get("job_variables")
        if own is not None and isinstance(own.value, dict):
            yield from _check_values(own, pool, by_server=by_server)
    starts = any(schedule.value.get("active") is not False for schedule in schedules_of(entry))
    for problem in _check_required(node or declared, given, pool):
        yield problem if starts else problem.as_warning()


def check_run_job_variables(
    deployment: Mapping[str, Value], run: Mapping[str, Value], pool: WorkPool, *, by_server: bool
) -> Iterator[Diagnostic]:
    """Check the job variables of one *run*, which lack nothing, over those of its *deployment*."""
    node = Node(dict(run), Source("job variables", ""), 0)
    yield from (problem.as_error() for problem in _check_values(node, pool, by_server=by_server))
    yield from _check_required(node, merged(deployment, run), pool)


def _check_values(node: Node, pool: WorkPool, *, by_server: bool) -> Iterator[Diagnostic]:
    schema: Any = pool.base_job_template.get("variables") or {}
    if fits_all(schema, node.value):
        return
    properties: Any = schema.get("properties") or {}
    for each in node.children():
        written = str(each.path[-1])
        [(name, value)] = nested({written: each.value}).items()
        if name in properties:
            if reason := _reason(value, subschema(schema, properties[name]), by_server=by_server):
                detail = f"`{written}` does not match the template of the work pool `{pool.name}`: {reason}"
                yield each.problem("wrong-job-variable", detail, _hint(name, value, properties[name], pool))
        elif properties:
            hint = did_you_mean(name, properties, otherwise=available("variables", properties))
            yield _unknown(each, name, pool, hint, is_closed=schema.get("additionalProperties") is False)


def _unknown(node: Node, name: str, pool: WorkPool, hint: str, *, is_closed: bool) -> Diagnostic:
    what = "accepts no others" if is_closed else "ignores it"
    detail = f"The work pool `{pool.name}` has no variable `{name}` and {what}."
    problem = node.problem("unknown-job-variable", detail, hint, at_key=True)
    return problem if is_closed else problem.as_warning()


def _reason(value: Value, schema: str, *, by_server: bool) -> str:
    """Why *value* does not fit; empty where it fits, or where that shows when a worker has looked it up."""
    if not is_open(value):
        return misfit(schema, value)
    if reason := mapping_misfit(schema, value):
        return reason
    if not by_server or not _is_known(value) or not misfit(schema, value):
        return ""
    return "the template does not accept text here, and a server treats the reference as text."


def _is_known(value: Value) -> bool:
    """Whether *value* is open for nothing but the references in its texts."""
    if isinstance(value, Mapping):
        return "$ref" not in value and all(map(_is_known, value.values()))
    if isinstance(value, (list, tuple)):
        return all(map(_is_known, value))
    return not isinstance(value, Unknown)


def _hint(name: str, value: Value, schema: Mapping[str, Any], pool: WorkPool) -> str:
    if isinstance(value, str) and is_template(value):
        return (
            f'Set it in the work pool: add `{name}: "{value}"` to `job_configuration` of its template with '
            f"`syntask work-pool update {pool.name} --base-job-template FILE`."
        )
    return quotes(value, schema)


def _check_required(node: Node, given: Mapping[str, Value], pool: WorkPool) -> Iterator[Diagnostic]:
    schema: Any = pool.base_job_template.get("variables") or {}
    if not schema.get("required"):
        return
    properties: Any = schema.get("properties") or {}
    have = with_defaults(pool.base_job_template, given)
    unknown = [name for name in have if name not in properties]
    for name in schema.get("required") or ():
        if name not in have and nearest(name, unknown) is None:  # a slip of it is reported as that
            detail = f"The work pool `{pool.name}` requires the job variable `{name}`, which has no value."
            hint = f"Add `{name}` to `job_variables`, or pass `--job-variable {name}=…`."
            yield node.problem("missing-job-variable", detail, hint, at_key=True)
