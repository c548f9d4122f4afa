"""Find undefined names in build and push steps before a step runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from syntask_yaml.diagnostics import Diagnostic, each_once
from syntask_yaml.errors import ProjectInvalid
from syntask_yaml.model.step import Step
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.prepare import Prepared
from syntask_yaml.project.static import as_diagnostic, expected_outputs
from syntask_yaml.template import Unresolved, resolve


def refuse_unset_names(prepared: Iterable[Prepared], context: DeployContext) -> None:
    """Raise ProjectInvalid if an input of a step in *prepared* has no value."""
    problems = () if context.allow_unset else unset_names(prepared, context)
    if problems:
        raise ProjectInvalid(problems)


def unset_names(prepared: Iterable[Prepared], context: DeployContext) -> Sequence[Diagnostic]:
    """Return the undefined names in build and push steps, with their deployments."""
    known: dict[tuple[int, int], list[Diagnostic]] = {}
    found = []
    for each in prepared:
        build, push = each.declaration.build, each.declaration.push
        if each.deployment is None or not (build or push):
            continue
        key = (id(build), id(push))
        if key not in known:  # most deployments share their lists
            known[key] = list(_unset_in((*build, *push), context))
        found.append([problem.with_entries((each.label,)) for problem in known[key]])
    return each_once(chain.from_iterable(found))


def _unset_in(steps: Sequence[Step], context: DeployContext) -> Iterator[Diagnostic]:
    for index, step in enumerate(steps):
        scope = replace(context.scope(expected_outputs(steps[:index])), blocks=context.blocks)
        unresolved: list[Unresolved] = []
        resolve(step.inputs, scope, unresolved.append)
        node = context.project.document.root.at(step.path)
        yield from (as_diagnostic(each, node) for each in unresolved)
