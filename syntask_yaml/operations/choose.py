"""Select the declarations that a command works on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from syntask_yaml.diagnostics import each_once, errors_first, nearest
from syntask_yaml.document.node import Node
from syntask_yaml.errors import NotFound, ProjectInvalid, SyntaskError, UsageError
from syntask_yaml.operations.full_names import candidate_of, resolved_text, with_full_names
from syntask_yaml.operations.selection import Selection
from syntask_yaml.project.declaration import Declaration, declare
from syntask_yaml.project.flows import FlowReader, parse_entrypoint
from syntask_yaml.project.load import Project
from syntask_yaml.project.select import Selectable, select
from syntask_yaml.source import Source
from syntask_yaml.template import texts_in

if TYPE_CHECKING:
    from syntask_yaml.operations.change_reason import ChangedSince
    from syntask_yaml.operations.deploy_context import DeployContext
    from syntask_yaml.operations.facets import DeclaredFacets, Resolve
    from syntask_yaml.operations.overrides import Overrides


def choose(
    project: Project,
    selection: Selection,
    reader: FlowReader,
    resolve: Resolve | None = None,
    *,
    default_pool: str | None = None,
    changed: ChangedSince | None = None,
) -> list[Declaration]:
    """Return the selected declarations, in file order.

    Without a selection, these are all in a project with targets, the only one of a project, and none in a
    project with only resources. `all` includes those without a usable name. An entrypoint that no declaration
    has makes a new one.

    *resolve* returns the text of a node with its template resolved, or an empty text: names match as they are
    written and as they are resolved. *default_pool* is the work pool of declarations without one, and
    *changed* what `changed_since` found.

    Raises UsageError if the selection is ambiguous, and NotFound for names and words that match nothing. It
    is no error if nothing changed.
    """
    declared = project.declarations
    _check(selection)
    if selection.entrypoint is not None:
        return [_by_entrypoint(project, selection, reader, resolve)]
    if selection.has_filters:
        from syntask_yaml.operations.facets import DeclaredFacets

        facets = DeclaredFacets(project.root, reader, resolve, default_pool)
        found = _filtered(project, selection, facets)
        return found if changed is None else [each for each in found if changed.has(each)]
    if selection.names:
        return _by_name(declared, selection.names, reader, resolve)
    needs_no_choice = len(declared) == 1 or has_only_resources(project)
    if selection.all or needs_no_choice or (declared and project.target is not None):
        return list(declared)
    if not declared:
        raise NotFound(
            f"`{project.document.source.name}` declares neither deployments nor resources.",
            hint="Add an entry to `deployments:`, or run `syntask deploy flows.py:flow -n NAME`.",
        )
    names = ", ".join(f"`{each.name}`" for each in declared[:6] if each.name)
    raise UsageError(
        f"The project declares {len(declared)} deployments: {names}{' …' if len(declared) > 6 else ''}.",
        hint="Select some with `-n NAME` (globs work), or all with `--all`.",
    )


def choose_from(context: DeployContext, selection: Selection) -> list[Declaration]:
    """Return the declarations that *selection* selects in the project of *context*, by resolved names too.

    Raises as `choose` does, and RevisionUnavailable.
    """
    ref = selection.changed_since
    return choose(
        context.project,
        selection,
        context.reader,
        context.resolved,
        default_pool=context.pool_of_others,
        changed=None if ref is None else context.changed_since(ref),
    )


def changes_chosen(context: DeployContext, selection: Selection) -> ChangedSince | None:
    """Return the changes of the selected declarations; None if *selection* does not ask for changes."""
    if selection.changed_since is None:
        return None
    changed = context.changed_since(selection.changed_since)
    paths = {each.node.path for each in choose_from(context, selection)}
    kept = {path: each for path, each in changed.deployments.items() if path in paths}
    return changed._replace(deployments=kept)


def has_only_resources(project: Project) -> bool:
    """Return whether *project* declares resources and no deployments."""
    return bool(project.resources) and not project.declarations


def _check(selection: Selection) -> None:
    if selection.all and not selection.is_whole:
        raise UsageError(
            "`--all` selects every deployment and cannot be combined with a name, an entrypoint or a filter.",
            hint="Use one or the other.",
        )
    if selection.entrypoint is not None and selection.has_filters:
        raise UsageError("An entrypoint cannot be combined with a filter.", hint="Use one or the other.")


def _filtered(project: Project, selection: Selection, facets: DeclaredFacets) -> list[Declaration]:
    """Return the declarations that match the words of *selection*. Raises NotFound if there are none."""
    from syntask_yaml.project.filters import Filters, Searchable

    declared = project.declarations

    def named(patterns: Sequence[str]) -> list[Selectable]:
        flows = facets.reader if any("/" in pattern for pattern in patterns) else None
        return [candidate_of(each, flows, facets.resolve) for each in declared]

    filters = Filters(names=selection.names, select=selection.select, exclude=selection.exclude)
    found = Searchable("The project", declared, facets.table, named).find(filters)
    if declared and not found:
        raise NotFound(
            "No deployment of the project matches the whole selection.",
            hint="Words of different kinds must all match; `--exclude` takes away what matches.",
        )
    return found


def _by_name(
    declared: Sequence[Declaration], names: tuple[str, ...], reader: FlowReader, resolve: Resolve | None
) -> list[Declaration]:
    def candidates(flows: FlowReader | None) -> list[tuple[Selectable, Declaration]]:
        return [(candidate_of(each, flows, resolve), each) for each in declared]

    needs_flows = any("/" in name for name in names)
    try:
        return select(candidates(reader if needs_flows else None), names)
    except NotFound:
        if needs_flows:
            raise
    return select(candidates(reader), names)  # says the names as everything else does


def refuse_broken(project: Project, reader: FlowReader) -> None:
    """Raise ProjectInvalid if something is wrong with *project* as a whole: the errors, then the warnings."""
    if project.errors:
        found = errors_first(project.errors, project.diagnostics)
        raise ProjectInvalid(each_once(with_full_names(found, project, reader)))


def _by_entrypoint(
    project: Project, selection: Selection, reader: FlowReader, resolve: Resolve | None
) -> Declaration:
    if len(selection.names) > 1:
        raise UsageError("With an entrypoint, only one name can be selected.", hint="Pass one `-n`.")
    candidates = [each for each in project.declarations if _is_selected(each, selection, resolve)]
    if len(candidates) == 1:
        return candidates[0]
    if candidates:
        names = ", ".join(f"`{each.name}`" for each in candidates)
        raise UsageError(
            f"Several deployments use the entrypoint `{selection.entrypoint}`: {names}.",
            hint="Select one with `-n NAME`.",
        )
    if not selection.names:
        raise _nameless(selection.entrypoint or "", project, resolve)
    reader.read(selection.entrypoint or "")  # raises its problem at once
    fields = {"name": selection.names[0].rpartition("/")[2], "entrypoint": selection.entrypoint}
    return declare(Node(fields, Source("command line", ""), 0), project.sections, texts_in(fields))


def _nameless(entrypoint: str, project: Project, resolve: Resolve | None) -> UsageError:
    """Return the error for an entrypoint that no deployment has, and that may be a name."""
    try:
        parse_entrypoint(entrypoint)
    except SyntaskError as error:
        names = [candidate_of(each, None, resolve) for each in project.declarations]
        is_name = any(each.is_called(entrypoint.rpartition("/")[2]) for each in names)
        near = entrypoint if is_name else nearest(entrypoint, [each.name for each in project.declarations])
        return UsageError(error.detail, hint=f"Did you mean `-n {near}`?" if near else error.hint)
    return UsageError(f"A deployment of `{entrypoint}` requires a name.", hint="Pass one with `-n NAME`.")


def _is_selected(declaration: Declaration, selection: Selection, resolve: Resolve | None) -> bool:
    if selection.names:
        return candidate_of(declaration, None, resolve).is_called(selection.names[0].rpartition("/")[2])
    return selection.entrypoint in (
        declaration.entrypoint,
        resolved_text(declaration.node, "entrypoint", resolve),
    )


def check_overrides(chosen: Sequence[Declaration], selection: Selection, overrides: Overrides) -> Overrides:
    """Return the overrides. Raises UsageError if they would apply to several deployments, or to none.

    With `changed_since`, there may be no deployment, and nothing is overridden.
    """
    is_none_meant = not chosen and selection.changed_since is None
    if overrides.given and (len(chosen) > 1 or is_none_meant):
        listed = ", ".join(f"`{option}`" for option in overrides.given)
        raise UsageError(
            f"{listed} can override only one deployment, and {len(chosen)} are selected.",
            hint="Select one with `-n`. Filters are `--select tag:NAME`, `pool:NAME`, `path:GLOB`.",
        )
    return replace(overrides, entrypoint=selection.entrypoint)
