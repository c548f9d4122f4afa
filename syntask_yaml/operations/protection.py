"""The branches and checkouts from which a protected target may be deployed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.node import Node
from syntask_yaml.errors import ProjectInvalid
from syntask_yaml.model.value import flag
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.version import branch_of
from syntask_yaml.project.git_program import why_unread
from syntask_yaml.project.load import Project
from syntask_yaml.project.repository import is_clean

_FORCE = "Pass `--force` to deploy anyway."


def refuse_protected(context: DeployContext) -> None:
    """Raise ProjectInvalid if the target does not allow a deploy from here."""
    if problems := list(protection_problems(context)):
        raise ProjectInvalid(problems)


def protection_problems(context: DeployContext) -> Iterator[Diagnostic]:
    """Yield the reasons why the target does not allow a deploy from here."""
    target = context.project.target
    protected = target.node.get("protected") if target is not None else None
    if target is None or protected is None or not protected.value:
        return
    rules = protected.value if isinstance(protected.value, Mapping) else {"clean": protected.value}
    place = protected.get("branch") or protected
    if branches := _texts(rules.get("branch")):
        allowed = " or ".join(f"`{each}`" for each in branches)
        if where := _elsewhere(context, branches):
            detail = f"The target `{target.name}` is deployed from the branch {allowed}, and {where}."
            yield place.problem("protected-target", detail, _FORCE)
    if flag(rules.get("clean") or False):
        yield from _unclean(target.name, protected.get("clean") or protected, context.project)


def _unclean(target: str, place: Node, project: Project) -> Iterator[Diagnostic]:
    state = is_clean(project.root)
    if state is not True:
        changes = "there are uncommitted changes", "Commit or stash them."
        why, remedy = changes if state is False else why_unread(project.root)
        detail = f"The target `{target}` is deployed from a clean checkout only, and {why}."
        yield place.problem("protected-target", detail, f"{remedy} {_FORCE}")


def _texts(value: object) -> list[str]:
    listed = value if isinstance(value, list) else [value] if value else []
    return [str(each) for each in listed]


def _elsewhere(context: DeployContext, branches: list[str]) -> str:
    """Return the position of the checkout if it is not on one of *branches*; else an empty text."""
    project = context.project
    if project.worked_on is not None:  # an earlier commit, without a branch
        from syntask_yaml.project.revisions import history_of

        commit, history = context.versions.commit, history_of(project.worked_on)
        has_it = commit is not None and any(history.is_in(commit.sha, each) for each in branches)
        return "" if has_it else "that does not have this commit"
    branch = branch_of(context.versions.commit, context.environ)
    if branch in branches:
        return ""
    if not branch and is_clean(project.root) is None:
        return why_unread(project.root)[0]
    return f"this is on {f'`{branch}`' if branch else 'no branch'}"
