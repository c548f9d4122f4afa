"""Check declarations against their flows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.node import Node
from syntask_yaml.errors import SyntaskError
from syntask_yaml.model.value import Unknown
from syntask_yaml.project.composition.values import ResolvedValues
from syntask_yaml.project.declaration import Declaration
from syntask_yaml.project.flows import Flow, FlowReader
from syntask_yaml.project.load import Project
from syntask_yaml.project.parameters import check_parameters
from syntask_yaml.project.slips import slip_of
from syntask_yaml.template import Anything, Scope, Unresolved, is_template, may_hold_template, resolve


def check_flow(declaration: Declaration, reader: FlowReader) -> Iterator[Diagnostic]:
    """Yield the mismatches between a declaration, as it is written, and its flow."""
    return problems_with(flow_of(declaration, reader), declaration)


def flow_of(declaration: Declaration, reader: FlowReader) -> Flow | Diagnostic | None:
    """Return the flow of a declaration, or the problem with it; None if a template decides it."""
    if not declaration.entrypoint or is_template(declaration.entrypoint):
        return None
    return read_flow(declaration, declaration.entrypoint, reader)


def problems_with(
    flow: Flow | Diagnostic | None, declaration: Declaration, values: ResolvedValues | None = None
) -> Iterator[Diagnostic]:
    """Yield the mismatches between a declaration, with the *values* of its project, and its flow."""
    if isinstance(flow, Diagnostic):
        yield flow
    elif flow is not None:
        yield from flow_notes(declaration, flow)
        if _has_clear_parameters(declaration):
            yield from check_parameters(
                _with_values(declaration.node, values), flow.value_schema, flow=flow.name
            )


# A scope in which every name exists with an unknown value.
_ANY = Scope(environ=Anything(), variables=Anything(), outputs=Anything())
_WITH_PARAMETERS = ("parameters", "schedule", "schedules", "triggers")


def values_as_written(project: Project) -> ResolvedValues | None:
    """Return the values of *project* that are known without an environment; None if it declares none."""
    return ResolvedValues(project.values, _ANY) if project.values else None


def _with_values(entry: Node, values: ResolvedValues | None) -> Node:
    """Return *entry* with the *values* of the project in parameters that use no other names."""
    given = {key: entry.value[key] for key in _WITH_PARAMETERS if key in entry.value}
    if values is None or not may_hold_template(given):
        return entry
    found: list[Unresolved] = []
    resolved = resolve(given, replace(_ANY, values=values), found.append)
    return entry if found or not isinstance(resolved, dict) else entry.with_value({**entry.value, **resolved})


def _has_clear_parameters(declaration: Declaration) -> bool:
    """Return whether the problems of the entry, if any, do not concern its parameters.

    Without the key `parameters`, a misspelled key may stand for it.
    """
    place = (*declaration.node.path, "parameters")
    at_them = any(error.path[: len(place)] == place for error in declaration.errors)
    return not declaration.errors or ("parameters" in declaration.node.value and not at_them)


def read_flow(declaration: Declaration, entrypoint: str, reader: FlowReader) -> Flow | Diagnostic:
    """Return the flow of a declaration, or the problem with it."""
    try:
        return reader.read(entrypoint)
    except SyntaskError as error:
        place = declaration.node.get("entrypoint") or declaration.node
        return place.problem(error.code, error.detail, error.hint)


def flow_notes(declaration: Declaration, flow: Flow) -> Iterator[Diagnostic]:
    """Yield the questions that the source of the flow leaves open."""
    for note in flow.notes:
        place = declaration.node.get("entrypoint") or declaration.node
        yield place.problem("no-parameter-schema", note).as_warning()


def check_unique(
    seen: dict[tuple[str, str], Declaration], declaration: Declaration, flow: str, name: str, *, shown: str
) -> Iterator[Diagnostic]:
    """Yield a problem if `flow/name` is already in *seen*, and add it. *shown* is its display name."""
    first = seen.setdefault((flow, name), declaration)
    if first is not declaration:
        place, before = declaration.name_place, first.node
        of_file = "" if before.source.name == place.source.name else f" of `{before.source.name}`"
        where = f"on line {before.span.line}{of_file}"
        detail = f"`{flow}/{shown}` is already declared {where}, and one would overwrite the other."
        yield place.problem("duplicate-deployment", detail, "Rename one of them.")


def check_identity(entry: Node) -> Iterator[Diagnostic]:
    """Yield the problems of a resolved deployment without a name or entrypoint."""
    for key in ("name", "entrypoint"):
        value = entry.value.get(key)
        is_given = isinstance(value, str) and value.strip().removesuffix(".py") != ""
        if isinstance(value, Unknown):
            detail = (
                f"The {key} of a deployment cannot come from a step, because it must be known "
                "before the steps run."
            )
            yield (entry.get(key) or entry).problem("unset-name", detail)
        elif not is_given and (slip := slip_of(key, entry.value, "deployment")):
            detail = f"A deployment requires `{key}` and has no key `{slip}`."
            node = entry.get(slip) or entry
            yield node.problem("missing-key", detail, f"Did you mean `{key}`?", at_key=True)
        elif not is_given:
            yield entry.problem("missing-key", f"A deployment requires `{key}`.", f"Add `{key}:`.")
