"""Export the resources of a backend: planning the resulting file changes none of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syntask_yaml.diagnostics import Diagnostic, Severity
from syntask_yaml.model.automation import ACTIONS
from syntask_yaml.model.resource import ResourceKind, StoredResource
from syntask_yaml.operations.contents import Contents
from syntask_yaml.operations.exporting.found import Share, shared, stored_resources
from syntask_yaml.operations.exporting.written import DeclarationWriter
from syntask_yaml.operations.resources.document import resources_document


@dataclass(frozen=True, slots=True)
class ExportedResources:
    """The value of `resources` in a project file, and the diagnostics."""

    content: Mapping[str, Any]
    diagnostics: tuple[Diagnostic, ...] = ()


def export_resources(contents: Contents, share: Share, environ: Mapping[str, str]) -> ExportedResources:
    """Return the resources of *share* as a file declares them; *environ* is this machine's."""
    found = list(stored_resources(contents))
    chosen = shared(found, share)
    obstacles = [_obstacle(each, chosen, contents) for each in chosen]
    sound = [each for each, obstacle in zip(chosen, obstacles, strict=True) if not obstacle]
    writer = DeclarationWriter(contents, environ)
    content = resources_document(writer.written(each.resource) for each in sound)
    if limits := content.get("concurrency_limits"):
        content["concurrency_limits"] = {name: _short(limit) for name, limit in limits.items()}
    problems = [*_left_out(chosen, obstacles), *_foreign_resources(found, share)]
    problems += [*_of_nobody(sound, contents), *_secrets(writer.secrets)]
    return ExportedResources(content, tuple(problems))


def _short(limit: Mapping[str, Any]) -> Any:
    return limit["limit"] if limit.keys() == {"limit"} else limit


def _obstacle(each: StoredResource, chosen: Sequence[StoredResource], contents: Contents) -> str:
    """Return why one of *chosen* cannot be declared; empty if it can."""
    resource = each.resource
    if resource.kind is ResourceKind.BLOCK:
        slug = resource.name.partition("/")[0]
        return "" if slug in contents.block_types else f"the backend has no block type `{slug}` any more"
    if resource.kind is ResourceKind.AUTOMATION:
        if each is not _first_of_the_name(each, chosen):
            return "the file has one of that name"
        types = (str(action.get("type")) for action in resource.fields["actions"])
        return next(
            (f"a project file has no action `{type_}`" for type_ in types if type_ not in ACTIONS), ""
        )
    return ""


def _first_of_the_name(one: StoredResource, chosen: Sequence[StoredResource]) -> StoredResource:
    """Return the declared one of several automations with the same name on a server: the owner's, if any."""
    named = [each for each in chosen if each.resource.full_name == one.resource.full_name]
    return next((each for each in named if each.owner.project), named[0])


def _left_out(chosen: Sequence[StoredResource], obstacles: Sequence[str]) -> Iterator[Diagnostic]:
    for each, reason in zip(chosen, obstacles, strict=True):
        if reason:
            detail = f"The {each.resource.kind.value} `{each.resource.name}` was skipped: {reason}."
            yield Diagnostic("not-exported", detail, severity=Severity.WARNING)


def _foreign_resources(found: Sequence[StoredResource], share: Share) -> Iterator[Diagnostic]:
    """Yield a note on resources of other projects, if all are requested."""
    others = [each for each in found if each.owner.project not in (None, share.owner)]
    if share.is_all and others:
        detail = f"These belong to other projects and were skipped: {_listed(others)}."
        hint = "Export each project by itself with `--project NAME`."
        yield Diagnostic("not-exported", detail, hint, severity=Severity.WARNING)


def _of_nobody(chosen: Sequence[StoredResource], contents: Contents) -> Iterator[Diagnostic]:
    unowned = [
        each
        for each in chosen
        if each.owner.project is None and each.resource.kind is not ResourceKind.WORK_QUEUE
    ]
    twice = [] if contents.backend.features.has_own_worker else [*filter(_is_automation, unowned)]
    if twice:
        detail = f"A deploy of the file creates these beside those that no project owns: {_listed(twice)}."
        hint = "Delete the old ones on the server after the first deploy, or both fire."
        yield Diagnostic("unowned-resource", detail, hint, severity=Severity.WARNING)
    if unowned := [each for each in unowned if each not in twice]:
        detail = f"These belong to no project yet: {_listed(unowned)}."
        hint = "Run `syntask deploy --all --take-over` once with the file to make them its project's."
        yield Diagnostic("unowned-resource", detail, hint, severity=Severity.WARNING)


def _is_automation(each: StoredResource) -> bool:
    return each.resource.kind is ResourceKind.AUTOMATION


def _listed(several: Sequence[StoredResource]) -> str:
    return ", ".join(f"`{each.resource.full_name}`" for each in several)


def _secrets(variables: Sequence[str]) -> Iterator[Diagnostic]:
    if variables:
        listed = ", ".join(f"`{name}`" for name in variables)
        detail = f"The file contains no secrets, and refers to environment variables instead: {listed}."
        hint = "Set them where you plan and deploy."
        yield Diagnostic("secret-left-out", detail, hint, severity=Severity.WARNING)
