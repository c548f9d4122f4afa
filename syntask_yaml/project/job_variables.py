"""Check job variables against the template of their work pool."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from syntask_yaml.diagnostics import Diagnostic, did_you_mean, nearest
from syntask_yaml.document.node import Node
from syntask_yaml.model.job_variables import merged, nested, used_variables, with_defaults
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.pool_type import pool_type
from syntask_yaml.model.shared import once_per_object
from syntask_yaml.model.value import Unknown, Value
from syntask_yaml.project.fit import Misfit, available, fits_all, is_open, mapping_misfits, misfits, subschema
from syntask_yaml.project.job_formats import format_problems, swap_problem
from syntask_yaml.project.rules import schedules_of, triggers_of
from syntask_yaml.template import is_template


def check_job_variables(entry: Node, pool: WorkPool, *, by_server: bool) -> Iterator[Diagnostic]:
    """Check the job variables of the deployment *entry* and its triggers, some of which *pool* requires.

    *by_server*: a server checks them on deploy, and accepts a block reference only where the template accepts
    a text.
    """
    declared = entry.get("work_pool") or entry
    node = declared.get("job_variables") if declared is not entry else None
    given: Mapping[str, Value] = node.value if node is not None and isinstance(node.value, dict) else {}
    if node is not None and given:
        yield from _check_values(node, pool, by_server=by_server)
        yield from _check_swap(node, given, pool)
    for trigger in triggers_of(entry):
        own = trigger.get("job_variables")
        if own is not None and isinstance(own.value, dict):
            yield from _check_values(own, pool, by_server=by_server)
    for problem in _check_required(node or declared, given, pool):
        starts = any(schedule.value.get("active") is not False for schedule in schedules_of(entry))
        yield problem if starts else problem.as_warning()


def check_run_job_variables(
    deployment: Mapping[str, Value], run: Node, pool: WorkPool, *, by_server: bool
) -> Iterator[Diagnostic]:
    """Check the job variables of one *run*, merged over those of its *deployment*; none may be missing."""
    job = merged(deployment, run.value)
    yield from (problem.as_error() for problem in _check_values(run, pool, by_server=by_server))
    yield from _check_swap(run, job, pool)
    yield from _check_required(run, job, pool)


def _check_values(node: Node, pool: WorkPool, *, by_server: bool) -> Iterator[Diagnostic]:
    schema: Any = pool.base_job_template.get("variables") or {}
    properties: Any = schema.get("properties") or {}
    yield from _check_formats(node, properties, pool)
    yield from _check_used(node, properties, pool)
    if fits_all(schema, node.value):
        return
    for each in node.children():
        written = str(each.path[-1])
        [(name, value)] = nested({written: each.value}).items()
        if name in properties:
            for found in _misfits(value, subschema(schema, properties[name]), by_server=by_server):
                place = each.at(found.path[written.count(".") :])
                detail = (
                    f"`{found.named(name)}` does not match the template of the work pool `{pool.name}`: "
                    f"{found.reason}"
                )
                yield place.problem("wrong-job-variable", detail, _hint(name, value, found, pool))
        elif properties:
            hint = did_you_mean(name, properties, otherwise=available("variables", properties))
            yield _unknown(each, name, pool, hint, is_closed=schema.get("additionalProperties") is False)


def _check_formats(node: Node, properties: Mapping[str, Any], pool: WorkPool) -> Iterator[Diagnostic]:
    """Yield the values that the template accepts, and a worker, an engine or a cluster rejects."""
    for each in node.children():
        name = str(each.path[-1])
        for found in format_problems(pool.type, name, each.value) if name in properties else ():
            yield each.problem("wrong-job-variable", _refused(name, pool, found.reason), found.hint)


def _check_used(node: Node, properties: Mapping[str, Any], pool: WorkPool) -> Iterator[Diagnostic]:
    """Yield the variables that no part of the template's job uses: workers ignore them."""
    template, misspelt = _read_by_workers(pool)
    used = used_variables(template)
    unused = () if used is None else properties.keys() - used
    for each in node.children() if unused else ():
        name = str(each.path[-1]).split(".")[0]
        if name in unused:
            key, meant = misspelt.get(name, ("", ""))
            detail = (
                f"The template of the work pool `{pool.name}` has the variable `{name}`, but its "
                f"`job_configuration` {_why_unused(key, pool)}, so the value has no effect."
            )
            todo = f"Rename `{key}` to `{meant}`" if key else f"Use `{{{{ {name} }}}}`"
            hint = (
                f"{todo} in `job_configuration` of the template, and change the pool with "
                f"`syntask work-pool update {pool.name} --base-job-template FILE`."
            )
            yield each.problem("unused-job-variable", detail, hint, at_key=True).as_warning()


def _why_unused(key: str, pool: WorkPool) -> str:
    return f"has it under `{key}`, which no worker of type `{pool.type}` reads" if key else "does not use it"


@once_per_object
def _read_by_workers(pool: WorkPool) -> tuple[Mapping[str, Any], Mapping[str, tuple[str, str]]]:
    """Return the template without misspelled keys of its job, and these keys by the variables they would use.

    Workers may have more keys than the usual template: only similar names of a missing key count.
    """
    template = pool.base_job_template
    job: Any = template.get("job_configuration")
    usual: Any = pool_type(pool.type).template.get("job_configuration")
    if not isinstance(job, Mapping) or not isinstance(usual, Mapping):
        return template, {}
    missing = usual.keys() - job.keys()
    misspelt = {key: meant for key in job.keys() - usual.keys() if (meant := nearest(key, missing))}
    if not misspelt:
        return template, {}
    read = {key: value for key, value in job.items() if key not in misspelt}
    by_variable = {
        name: (key, meant)
        for key, meant in misspelt.items()
        for name in used_variables({"job_configuration": {key: job[key]}}) or ()
    }
    return {**template, "job_configuration": read}, by_variable


def _check_swap(node: Node, given: Mapping[str, Value], pool: WorkPool) -> Iterator[Diagnostic]:
    if pool.type != "docker":
        return
    if found := swap_problem(with_defaults(pool.base_job_template, given)):
        at = node.get("memswap_limit") or node.get("mem_limit") or node
        detail = _refused(str(at.path[-1]) if at is not node else "memswap_limit", pool, found.reason)
        yield at.problem("wrong-job-variable", detail, found.hint)


def _refused(name: str, pool: WorkPool, reason: str) -> str:
    return f"A run in the work pool `{pool.name}` cannot start with this `{name}`: {reason}"


def _unknown(node: Node, name: str, pool: WorkPool, hint: str, *, is_closed: bool) -> Diagnostic:
    what = "accepts no others" if is_closed else "ignores it"
    detail = f"The work pool `{pool.name}` has no variable `{name}` and {what}."
    problem = node.problem("unknown-job-variable", detail, hint, at_key=True)
    return problem if is_closed else problem.as_warning()


def _misfits(value: Value, schema: str, *, by_server: bool) -> tuple[Misfit, ...]:
    """Return the parts of *value* that do not match, except those that the worker looks up."""
    if not is_open(value):
        return misfits(schema, value)
    if found := tuple(mapping_misfits(schema, value)):
        return found
    if not by_server or not _is_known(value) or not misfits(schema, value):
        return ()
    reason = "the template does not accept text here, and a server treats the reference as text."
    return (Misfit((), reason),)


def _is_known(value: Value) -> bool:
    """Return whether *value* is known except for the references in its texts."""
    if isinstance(value, Mapping):
        return "$ref" not in value and all(map(_is_known, value.values()))
    if isinstance(value, (list, tuple)):
        return all(map(_is_known, value))
    return not isinstance(value, Unknown)


def _hint(name: str, value: Value, found: Misfit, pool: WorkPool) -> str:
    if isinstance(value, str) and is_template(value):
        return (
            f'Set it in the work pool: write `"default": "{value}"` at `{name}` in the `variables` of its '
            f"template, and run `syntask work-pool update {pool.name} --base-job-template FILE`."
        )
    return found.hint


def _check_required(node: Node, given: Mapping[str, Value], pool: WorkPool) -> Iterator[Diagnostic]:
    schema: Any = pool.base_job_template.get("variables") or {}
    if not schema.get("required"):
        return
    properties: Any = schema.get("properties") or {}
    have = with_defaults(pool.base_job_template, given)
    # A misspelled name is an error if the template accepts no other names, and else a warning.
    is_closed = schema.get("additionalProperties") is False
    refused = [name for name in have if name not in properties] if is_closed else []
    for name in schema.get("required") or ():
        if name not in have and nearest(name, refused) is None:
            detail = f"The work pool `{pool.name}` requires the job variable `{name}`, which has no value."
            hint = f"Add `{name}` to `job_variables`, or pass `--job-variable {name}=…`."
            yield node.problem("missing-job-variable", detail, hint, at_key=True)
