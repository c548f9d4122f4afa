"""Check names in templates and steps without an environment, a backend or a build.

These checks find invalid expressions, references to step outputs that cannot exist, and secrets that would be
stored in plain text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from syntask_yaml.diagnostics import Diagnostic, Path
from syntask_yaml.document.node import Node
from syntask_yaml.model.builtin import builtin_of, claims_to_be_builtin, why_no_builtin
from syntask_yaml.model.secret import SECRET_NAMES, is_secret_value
from syntask_yaml.model.step import Step, StepOutputs
from syntask_yaml.model.value import Unknown, Value
from syntask_yaml.project.sections import SECTIONS, Sections
from syntask_yaml.project.slips import lost_keys, meant_by
from syntask_yaml.template import (
    Anything,
    Blocks,
    Scope,
    Texts,
    Unresolved,
    is_template,
    parse,
    resolve,
    resolve_texts,
)


def check_names(
    tree: Node,
    entries: Iterable[tuple[Node, Texts]],
    sections: Sections,
    values: Mapping[str, Any] | None = None,
) -> Iterator[Diagnostic]:
    """Yield problems of templates and steps that exist on every machine.

    *entries* come with the templates in their fields. *values* are those of the project; None where it
    declares none.
    """
    scopes: dict[tuple[int | bool, ...], _FieldScopes] = {}
    lost = lost_keys(tree)
    for entry, texts in entries:
        own = [sections.of(entry, name) for name in SECTIONS]
        lacks = not lost.isdisjoint(_MAKING) or not meant_by(entry.value, "deployment").isdisjoint(_MAKING)
        key = (id(own[0]), id(own[1]), id(own[2]), lacks)
        if key not in scopes:  # many deployments share their sections, which are checked once
            build, push, pull = (section.steps if section else () for section in own)
            is_open = lacks or any(section and not section.is_whole for section in own[:2])
            yield from _check_steps(tree, build, push, pull, values, is_open=is_open)
            scopes[key] = _FieldScopes(static_scope((*build, *push), values, is_open=is_open))
        yield from _check_fields(entry, texts, scopes[key])


# The sections whose steps have outputs for the deployment.
_MAKING = ("build", "push")


def expected_outputs(steps: Iterable[Step]) -> StepOutputs:
    """Return the outputs of *steps*, as unknown values."""
    outputs: dict[str, Value] = {}
    is_open = False
    for step in steps:
        builtin = builtin_of(step.name)
        known = {name: Unknown(name) for name in builtin.outputs} if builtin else None
        is_open |= known is None
        outputs |= known or {}
        if step.id is not None:
            outputs[step.id] = known or Unknown(step.id)
    return StepOutputs(outputs, is_open)


def static_scope(
    steps: Iterable[Step] = (), values: Mapping[str, Any] | None = None, *, is_open: bool = False
) -> Scope:
    """Return a scope with every name that a machine may have, and the outputs of *steps*.

    *is_open*: there are further, unknown steps.
    """
    outputs = expected_outputs(steps)
    return Scope(
        environ=Anything(),
        variables=Anything(),
        outputs=Anything() if is_open else outputs.values,
        has_open_outputs=outputs.is_open,
        values=values,
        is_static=True,
    )


def _check_steps(
    tree: Node,
    build: tuple[Step, ...],
    push: tuple[Step, ...],
    pull: tuple[Step, ...],
    values: Mapping[str, Any] | None,
    *,
    is_open: bool,
) -> Iterator[Diagnostic]:
    made = (*build, *push)
    for index, step in enumerate(made):
        scope = static_scope(made[:index], values, is_open=is_open)
        yield from _check_step(tree.at(step.path), step, scope)
    for index, step in enumerate(pull):
        scope = static_scope((*made, *pull[:index]), values, is_open=is_open)
        node = tree.at(step.path)
        yield from _check_step(node, step, scope)
        yield from _check_secrets(node, step)


def _check_step(node: Node, step: Step, scope: Scope) -> Iterator[Diagnostic]:
    yield from _unresolved(node, step.inputs, scope)
    yield from _check_branch(node, step)
    if builtin_of(step.name) is not None:
        if node.value is None and (missing := _required(step.name)):
            listed = ", ".join(f"`{name}`" for name in missing)
            detail = f"The step requires {listed} and has no inputs."
            yield node.problem("missing-input", detail, f"Add `{missing[0]}:` under it.", at_key=True)
    elif claims_to_be_builtin(step.name):
        detail, hint = why_no_builtin(step.name)
        yield node.problem("unknown-step", detail, hint, at_key=True)


_COMMIT = re.compile(r"[0-9a-f]{40}")


def _check_branch(node: Node, step: Step) -> Iterator[Diagnostic]:
    builtin, branch = builtin_of(step.name), step.inputs.get("branch")
    if builtin is None or not isinstance(branch, str) or not _COMMIT.fullmatch(branch):
        return
    hint = f"Write `commit_sha: {branch}`."
    place = node.get("branch") or node
    yield place.problem("wrong-input", "`branch` is a commit, not the name of a branch.", hint).as_warning()


def _required(name: str) -> list[str]:
    from syntask_yaml.project.schema import project_schema

    builtin = builtin_of(name)
    return list(project_schema()["$defs"][f"step_{builtin.name}"]["required"]) if builtin else []


_IN_BLOCK = (
    "Store it in a block (`syntask block create secret NAME`) and refer to it as "
    "`{{ syntask.blocks.secret.NAME }}`."
)
# The login of a URL, which may have templates. Each character has one way to match: the text can be long.
_LOGIN = re.compile(r"://((?:[^/\s@{}]|\{\{[^{}@]*\}\})*)@")


def _check_secrets(node: Node, step: Step) -> Iterator[Diagnostic]:
    """Secrets of pull steps that would be stored in clear: written out, or filled in by the environment."""
    for name, value in step.inputs.items():
        place = node.get(name) or node
        texts = value.values() if isinstance(value, dict) else [value]
        is_filled_in = name in SECRET_NAMES and any(_asks_environment(text) for text in texts)
        if is_filled_in or _has_login_of_environment(value):
            what = f"`{name}`" if is_filled_in else f"The login in `{name}`"
            detail = (
                f"{what} comes from the environment and would be stored in plain text with the deployment."
            )
            yield place.problem("secret-in-environment", detail, _IN_BLOCK)
        elif _is_written_out(name, value):
            detail = f"`{name}` contains a secret, which is readable in this file and on the backend."
            yield place.problem("secret-in-clear", detail, _IN_BLOCK).as_warning()


def _is_written_out(name: str, value: Any) -> bool:
    if not isinstance(value, str) or not value or is_template(value):
        return False
    return is_secret_value(value) or (name in SECRET_NAMES and name != "credentials")


def _has_login_of_environment(value: Any) -> bool:
    return isinstance(value, str) and any(_asks_environment(login) for login in _LOGIN.findall(value))


def _asks_environment(text: Any) -> bool:
    return is_template(text) and any("$" in part.raw for part in parse(text).placeholders)


class _FieldScopes:
    """One scope, with block references rejected or left."""

    def __init__(self, scope: Scope) -> None:
        self.by_treatment = {blocks: scope.with_blocks(blocks) for blocks in Blocks}


def _check_fields(entry: Node, texts: Texts, scopes: _FieldScopes) -> list[Diagnostic]:
    problems: list[Diagnostic] = []
    resolve_texts(
        texts,
        lambda place: scopes.by_treatment[blocks_at(place)],
        lambda found: problems.append(as_diagnostic(found, entry)),
    )
    return problems


def part_at(place: Path) -> Path:
    """Return the part of a deployment that contains *place*: a field, or a key of its work pool."""
    return place[:2] if place[0] == "work_pool" else place[:1]


def blocks_at(place: Path) -> Blocks:
    """Return how block references at *place* in a deployment are treated.

    Job variables are passed to a worker, which can look blocks up; everything else is only stored.
    """
    return Blocks.LEAVE if part_at(place) == ("work_pool", "job_variables") else Blocks.REFUSE


def field_parts(key: str, value: Any) -> Iterator[tuple[Any, tuple[str, ...], Blocks]]:
    """Yield the parts of one field with their paths, and the treatment of block references in each."""
    if key != "work_pool" or not isinstance(value, dict):
        yield value, (key,), blocks_at((key,))
        return
    for inner, item in value.items():
        yield item, (key, inner), blocks_at((key, inner))


def _unresolved(node: Node, value: Value, scope: Scope) -> list[Diagnostic]:
    """Return the undefined placeholders in *value*, the value of *node*."""
    problems: list[Diagnostic] = []
    resolve(value, scope, lambda found: problems.append(as_diagnostic(found, node)))
    return problems


def as_diagnostic(found: Unresolved, node: Node) -> Diagnostic:
    """Return the diagnostic for an undefined placeholder below *node*, or for its cause."""
    if found.reason.cause is not None:
        return found.reason.cause
    place = node.at(found.path)
    return Diagnostic(
        found.reason.code,
        found.reason.detail,
        found.reason.hint,
        span=place.part(found.raw),
        used=place.used_span,
        path=place.path,
    )
