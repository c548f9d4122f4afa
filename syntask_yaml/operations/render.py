"""Render a project with its templates resolved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from syntask_yaml.diagnostics import Diagnostic, each_once
from syntask_yaml.errors import ProjectInvalid
from syntask_yaml.model.events import Observer
from syntask_yaml.model.secret import masked
from syntask_yaml.operations.choose import choose_from, refuse_broken
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.deployment_documents import document_of, plainly
from syntask_yaml.operations.pipelines import run_steps_of
from syntask_yaml.operations.prepare import Prepared, prepare, prepare_again
from syntask_yaml.operations.project import warnings_of
from syntask_yaml.operations.resources.document import resources_document
from syntask_yaml.operations.resources.prepare import knowing_broken, prepare_resources
from syntask_yaml.operations.selection import Selection
from syntask_yaml.operations.unset_names import refuse_unset_names
from syntask_yaml.project.resources.bind import BoundResource

_JOBS = 8


@dataclass(frozen=True, slots=True)
class Rendered:
    """A rendered document, and its diagnostics."""

    content: Mapping[str, Any]
    diagnostics: tuple[Diagnostic, ...]


def render(context: DeployContext, selection: Selection, *, build: Observer | None = None) -> Rendered:
    """Return the selected deployments with their templates resolved.

    With *build*, which receives the events, the build and push steps run first, and their outputs are filled
    in. Raises ProjectInvalid, also for a failed step.
    """
    project, context = context.project, replace(context, with_resources=selection.is_whole)
    refuse_broken(project, context.reader)
    chosen = choose_from(context, selection)
    resources = prepare_resources(context) if selection.is_whole else ()
    context = knowing_broken(context, resources)
    prepared = prepare(chosen, context)
    _refuse_errors((*prepared, *resources))
    if build is not None:
        refuse_unset_names(prepared, context)
        built = run_steps_of(
            prepared, context, jobs=_JOBS, install_requirements=False, keep_going=False, notify=build
        )
        if built.failed:
            raise ProjectInvalid(tuple(built.diagnostics(context)))
        prepared = prepare_again(prepared, context, built.outputs)
        _refuse_errors(prepared)
    deployments = [document_of(each.deployment) for each in prepared if each.deployment is not None]
    content = {
        **({"name": project.name} if project.name else {}),
        "deployments": deployments,
        **_resources(resources),
    }
    problems = warnings_of(project, chosen, context.reader)
    problems += [problem for each in prepared for problem in each.diagnostics]
    problems += [problem for each in resources for problem in each.diagnostics]
    return Rendered(content, each_once(problems))


def _resources(prepared: Iterable[BoundResource]) -> dict[str, Any]:
    document = resources_document(each.resource for each in prepared if each.resource is not None)
    return {"resources": plainly(masked(document))} if document else {}


def _refuse_errors(found: Iterable[Prepared | BoundResource]) -> None:
    errors = [error for each in found for error in each.errors]
    if errors:
        raise ProjectInvalid(errors)
