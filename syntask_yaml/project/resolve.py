"""Resolve the templates of a declaration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import replace
from typing import Any, NamedTuple

from syntask_yaml.diagnostics import Diagnostic, Path, without_ignored
from syntask_yaml.document.node import Node
from syntask_yaml.model.builtin import builtin_of
from syntask_yaml.model.secret import holds_secret
from syntask_yaml.model.step import Step
from syntask_yaml.model.value import Unknown, Value, holds_unknown
from syntask_yaml.project.declaration import Declaration
from syntask_yaml.project.load import Project
from syntask_yaml.project.rules import check_rules
from syntask_yaml.project.schema import PENDING, check_resolved
from syntask_yaml.project.static import as_diagnostic, blocks_at, part_at
from syntask_yaml.template import NOTHING, Blocks, Scope, resolve, resolve_texts, with_values


class Resolved(NamedTuple):
    """The resolved values, and the problems."""

    value: Any
    diagnostics: tuple[Diagnostic, ...] = ()


def resolve_fields(declaration: Declaration, scope: Scope, *, is_checked: bool = True) -> Resolved:
    """Return the resolved fields of a declaration; violations of the schema or the rules are problems.

    *is_checked*: the unresolved fields have already been checked.
    """
    problems: list[Diagnostic] = []
    node, texts = declaration.node, declaration.texts
    given = resolve_texts(
        texts,
        lambda place: scope.with_blocks(blocks_at(place)),
        lambda found: problems.append(as_diagnostic(found, node)),
    )
    given, secrets = _without_secrets(node, given)
    # A field without a value keeps its key.
    given |= {place: None for place, new in given.items() if new is NOTHING and place == part_at(place)}
    fields = with_values(declaration.fields, given)
    changed = {str(place[0]) for place, _ in texts}
    problems += secrets
    if changed or not is_checked:
        unknown = {place[0] for place, value in given.items() if holds_unknown(value)}
        problems += _check_again(node, fields, frozenset(changed if is_checked else fields), unknown)
    return Resolved(fields, tuple(without_ignored(problems)))


def _without_secrets(node: Node, given: dict[Path, Value]) -> tuple[dict[Path, Value], list[Diagnostic]]:
    """Return *given* without parts that would be stored with a secret, and the problem of each."""
    secret = dict.fromkeys(part_at(place) for place, value in given.items() if holds_secret(value))
    if not secret:
        return given, []
    kept = {place: value for place, value in given.items() if part_at(place) not in secret}
    return kept, [node.at(part).problem("secret-stored", _SECRET, _SECRET_HINT) for part in secret]


_SECRET = "A step outputs a secret, and its value would be stored here, where everyone can read it."
_SECRET_HINT = "Refer to the block itself instead."


def resolve_text(node: Node, scope: Scope) -> Resolved:
    """Resolve a single text field, such as a name."""
    return _resolve_at(node, node.value, scope.with_blocks(Blocks.REFUSE))


def resolve_pull(project: Project, pull: Iterable[Step], scope: Scope) -> Resolved:
    """Resolve pull steps as they are stored: known names are resolved, and names of the run are left."""
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
        steps.append(step._replace(inputs=found.value))
        problems += found.diagnostics
        later |= output_names(step)
    return Resolved(tuple(steps), tuple(problems))


def without_limits(pull: Resolved, project: Project) -> Resolved:
    """Remove the `timeout` of pull steps for workers that would pass it to the step function."""
    limited = [step for step in pull.value if "timeout" in step.inputs and builtin_of(step.name) is not None]
    detail = "Workers of this backend do not support `timeout` in pull steps, so it has no effect."
    places = (project.document.root.at(step.path).get("timeout") for step in limited)
    notes = [place.problem("needs-server", detail, at_key=True).as_warning() for place in places if place]
    steps = (_without_limit(step) if step in limited else step for step in pull.value)
    return Resolved(tuple(steps), (*pull.diagnostics, *notes))


def _without_limit(step: Step) -> Step:
    return step._replace(inputs={name: value for name, value in step.inputs.items() if name != "timeout"})


def output_names(step: Step) -> set[str]:
    """Return the names by which later steps refer to outputs of *step*, as far as they are known."""
    builtin = builtin_of(step.name)
    names = set(builtin.outputs) if builtin else set()
    return names | ({step.id} if step.id is not None else set())


def _resolve_at(node: Node, value: Value, scope: Scope) -> Resolved:
    """Resolve the templates in *value*, the value of *node*."""
    problems: list[Diagnostic] = []
    resolved = resolve(value, scope, lambda found: problems.append(as_diagnostic(found, node)))
    if resolved is not value and holds_secret(resolved):
        problems.append(node.problem("secret-stored", _SECRET, _SECRET_HINT))
        resolved = value
    return Resolved(resolved, tuple(problems))


def _check_again(
    node: Node, fields: Mapping[str, Any], changed: Set[str], unknown: Iterable[Any]
) -> list[Diagnostic]:
    # Unknown values are checked when they become known.
    pending = {key: _without_unknowns(fields[key]) for key in unknown}
    checked = node.with_value({**fields, **pending} if pending else fields)
    rules = check_rules(checked, is_open=lambda value: value == PENDING, changed=changed)
    return [*check_resolved(checked, checked.value), *rules]


def _without_unknowns(value: Value) -> Any:
    if isinstance(value, Unknown):
        return PENDING
    if isinstance(value, Mapping):
        return {key: _without_unknowns(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_unknowns(item) for item in value]
    return value
