"""The templates of a declaration replaced by what this machine, the backend and earlier steps know."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from syntask_yaml.diagnostics import Diagnostic, without_ignored
from syntask_yaml.document.node import Node
from syntask_yaml.model.builtin import builtin_of
from syntask_yaml.model.secret import holds_secret
from syntask_yaml.model.step import Step
from syntask_yaml.model.value import Unknown, Value, holds_unknown
from syntask_yaml.project.load import Declaration, Project
from syntask_yaml.project.rules import check_rules
from syntask_yaml.project.schema import PENDING, check_resolved
from syntask_yaml.project.static import as_diagnostic, field_parts
from syntask_yaml.template import Blocks, Scope, may_hold_template, resolve


@dataclass(frozen=True, slots=True)
class Resolved:
    """Values in the place of templates, and the problems met."""

    value: Any
    diagnostics: tuple[Diagnostic, ...] = ()


def resolve_fields(declaration: Declaration, scope: Scope, *, is_checked: bool = True) -> Resolved:
    """The fields of a declaration; what then does not fit the schema or the rules is a problem.

    *is_checked*: the fields as they were written have been checked already.
    """
    fields = declaration.fields
    problems: list[Diagnostic] = []
    changed = [key for key, value in fields.items() if may_hold_template(value)]
    for key in changed:
        found = _resolve_field(declaration.node, key, fields[key], scope)
        fields[key] = found.value
        problems += found.diagnostics
    if changed or not is_checked:
        problems += _check_again(declaration.node, fields, changed if is_checked else fields)
    return Resolved(fields, tuple(without_ignored(problems)))


def _resolve_field(node: Node, key: str, value: Value, scope: Scope) -> Resolved:
    problems: list[Diagnostic] = []
    for part, place, blocks in field_parts(key, value):
        if may_hold_template(part):
            found = _resolve_at(node, part, scope.with_blocks(blocks), place)
            problems += found.diagnostics
            value = found.value if len(place) == 1 else {**value, place[-1]: found.value}
    return Resolved(value, tuple(problems))


def resolve_text(node: Node, scope: Scope) -> Resolved:
    """One text field, such as a name, alone."""
    return _resolve_at(node, node.value, scope.with_blocks(Blocks.REFUSE))


def resolve_pull(project: Project, pull: Iterable[Step], scope: Scope) -> Resolved:
    """Pull steps as they are stored: with what is known here, and every name that belongs to the run left."""
    steps: list[Step] = []
    problems: list[Diagnostic] = []
    later: set[str] = set()
    for step in pull:
        here = replace(
            scope,
            leaves_unset=True,
            leaves_missing=True,
            variables=None,
            blocks=Blocks.LEAVE,
            later=frozenset(later),
        )
        found = _resolve_at(project.document.root.at(step.path), step.inputs, here)
        steps.append(replace(step, inputs=found.value))
        problems += found.diagnostics
        later |= names_put_out(step)
    return Resolved(tuple(steps), tuple(problems))


def without_limits(pull: Resolved, project: Project) -> Resolved:
    """Pull steps for workers that do not know the `timeout` of a step, and would hand it to the function."""
    limited = [step for step in pull.value if "timeout" in step.inputs and builtin_of(step.name) is not None]
    detail = "Workers of this backend do not support `timeout` in pull steps, so it has no effect."
    places = (project.document.root.at(step.path).get("timeout") for step in limited)
    notes = [place.problem("needs-server", detail, at_key=True).as_warning() for place in places if place]
    steps = (_without_limit(step) if step in limited else step for step in pull.value)
    return Resolved(tuple(steps), (*pull.diagnostics, *notes))


def _without_limit(step: Step) -> Step:
    return replace(step, inputs={name: value for name, value in step.inputs.items() if name != "timeout"})


def names_put_out(step: Step) -> set[str]:
    """The names under which later steps know what *step* puts out, as far as they are known."""
    builtin = builtin_of(step.name)
    names = set(builtin.outputs) if builtin else set()
    return names | ({step.id} if step.id is not None else set())


def _resolve_at(node: Node, value: Value, scope: Scope, place: tuple[str, ...] = ()) -> Resolved:
    """*value*, which stands at *place* below *node*, with its templates resolved."""
    problems: list[Diagnostic] = []
    resolved = resolve(value, scope, lambda found: problems.append(as_diagnostic(found, node.at(place))))
    if resolved is not value and holds_secret(resolved):
        detail = "A step outputs a secret, and its value would be stored here, where everyone can read it."
        problems.append(node.at(place).problem("secret-stored", detail, "Refer to the block itself instead."))
        resolved = value
    return Resolved(resolved, tuple(problems))


def _check_again(node: Node, fields: Mapping[str, Any], changed: Collection[str]) -> list[Diagnostic]:
    # What is not known yet is looked at when it is.
    unknown = {key: _without_unknowns(fields[key]) for key in changed if holds_unknown(fields[key])}
    checked = node.with_value({**fields, **unknown})
    rules = check_rules(checked, is_open=_is_pending, changed=frozenset(changed))
    return [*check_resolved(checked, checked.value), *rules]


def _is_pending(value: object) -> bool:
    return value == PENDING


def _without_unknowns(value: Value) -> Any:
    if isinstance(value, Unknown):
        return PENDING
    if isinstance(value, Mapping):
        return {key: _without_unknowns(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_unknowns(item) for item in value]
    return value
