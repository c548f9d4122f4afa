"""Decide what `--prune` may delete: only undeclared deployments whose deletion was approved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from syntask_yaml.backend.base import Backend, RunFilter
from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.errors import ProjectInvalid, PruneRefused, UsageError
from syntask_yaml.model.deployment import Stored
from syntask_yaml.model.identity import schedule_keys
from syntask_yaml.model.run import Run, StateType
from syntask_yaml.model.value import known
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.prepare import Prepared
from syntask_yaml.plan.changes import Action, Plan, Removal
from syntask_yaml.project.load import Project

_WAITING = frozenset({StateType.SCHEDULED})
# The average number of scheduled runs of a deployment: a server creates at most so many in advance.
_MOST_COMING = 200


def check_prune(project: Project, *, is_all: bool) -> None:
    """Raise UsageError if there is nothing to prune, ProjectInvalid if an entry could not be read."""
    if not is_all:
        raise UsageError(
            "`--prune` requires `--all`, because it compares the whole project.", hint="Pass `--all` too."
        )
    if project.name is None:
        detail = (
            "`--prune` deletes deployments by the name of their project, and the project file has no `name`."
        )
        raise UsageError(detail, hint="Add `name:` at the top of the file, and deploy once.")
    if problems := tuple(_unread_declarations(project)):
        raise ProjectInvalid(problems)


def _unread_declarations(project: Project) -> Iterator[Diagnostic]:
    """Yield why the file may declare more than was read: a lost key, or one that is read twice."""
    if not project.resources:
        yield from _lost_key(project)
    for problem in project.diagnostics:
        if problem.code == "duplicate-key":
            detail = (
                f"{problem.detail} `--prune` would delete the deployments that only the other one declares."
            )
            yield Diagnostic("prune-refused", detail, problem.hint, span=problem.span, path=problem.path)


def check_deletions(project: Project, plan: Plan) -> None:
    """Raise ProjectInvalid if *plan* deletes deployments that the file may have lost by mistake."""
    if plan.deletions and (problems := tuple(_lost_key(project))):
        raise ProjectInvalid(problems)


def _lost_key(project: Project) -> Iterator[Diagnostic]:
    root = project.document.root
    if root.get("deployments") is None:
        detail = (
            "The file has no key `deployments`, so `--prune` would delete everything that "
            "the project deployed."
        )
        hint = "Write `deployments: []` to delete everything."
        if len(project.files) > 1:
            detail = (
                "The files of the project list no deployment, so `--prune` would delete everything that it "
                f"deployed, and `{_file(project)}` has no key `deployments`."
            )
            hint = (
                f"Write `deployments: []` in `{_file(project)}` to delete everything. In a file that it "
                "includes, an empty list does not count."
            )
        yield root.problem("prune-refused", detail, hint)


def _file(project: Project) -> str:
    """Return the name of the main file of the project."""
    return project.document.source.name


def how_to_prune(project: Project, *, are_resources: bool = False) -> str:
    """Return a hint on how to delete what *project* no longer declares.

    For resources (*are_resources*), a missing list of deployments matters only if the file declares no
    resource.
    """
    run = f"`{project.deploy_command} --prune` to delete what is no longer declared."
    if any(_lost_key(project)) and not (are_resources and project.resources):
        return f"Write `deployments: []` in `{_file(project)}`, and run {run}"
    return f"Run {run}"


def unread(prepared: Sequence[Prepared]) -> Iterator[Diagnostic]:
    """Yield why nothing is pruned although the other entries are deployed: unreadable entries."""
    failed = [each for each in prepared if each.deployment is None]
    if failed:
        listed = _listed([each.label for each in failed])
        detail = f"Nothing is deleted, because {listed} could not be prepared and may still be deployed."
        hint = "Fix the file and deploy again with `--prune`."
        yield failed[0].declaration.node.problem("prune-refused", detail, hint)


def undeclared(
    context: DeployContext, stored: Sequence[Stored], prepared: Sequence[Prepared]
) -> Iterator[Diagnostic]:
    """Yield a warning about deployments that the project no longer declares; *prepared* is all of it."""
    project = context.owner.project
    if project is None or any(each.deployment is None for each in prepared):
        return
    declared = {
        name
        for each in prepared
        if each.deployment is not None
        for name in (each.deployment.full_name, each.deployment.renamed_from)
    }
    left = [
        each.deployment.full_name
        for each in stored
        if each.deployment.project == project
        and each.deployment.full_name not in declared
        and not each.deployment.protected
    ]
    what = "No longer declared, but still deployed"
    yield from still_deployed("undeclared-deployment", what, left, how_to_prune(context.project))


def owner_before_targets(project: Project) -> str | None:
    """Return the owner that the project had before it had targets; None if it has none, or no name."""
    return None if project.target is None else project.name


def without_target(
    context: DeployContext, stored: Sequence[Stored], prepared: Sequence[Prepared]
) -> Iterator[Diagnostic]:
    """Yield a warning about deployments from before the project had targets: they still run.

    *prepared* is everything that the target declares.
    """
    name = owner_before_targets(context.project)
    if name is None:
        return
    declared = {each.label for each in prepared}
    declared |= {each.deployment.renamed_from or "" for each in prepared if each.deployment is not None}
    names = (each.deployment.full_name for each in stored if each.deployment.project == name)
    what = "Deployed before the project had targets, and still deployed"
    hint = (
        "Delete it with `syntask deployment delete NAME`, or make it belong to this target with "
        f"`syntask deployment adopt NAME --from {name}`."
    )
    yield from still_deployed(
        "undeclared-deployment", what, [each for each in names if each not in declared], hint
    )


def still_deployed(code: str, what: str, left: Sequence[str], hint: str) -> Iterator[Diagnostic]:
    """Yield a warning about *left*, the names of undeclared objects, if any; *what* describes them."""
    if left:
        yield Diagnostic(code, f"{what}: {_listed(left)}.", hint).as_warning()


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names[:6]) + (" …" if len(names) > 6 else "")


def protected(plan: Plan) -> Iterator[Diagnostic]:
    """Yield a note on undeclared deployments that are kept because they are protected."""
    for name in plan.protected:
        detail = f"`{name}` is protected, so it was not deleted."
        hint = "Deploy it once without `protected`, or use `syntask deployment delete --force`."
        yield Diagnostic("prune-refused", detail, hint)


def with_removals(plan: Plan, backend: Backend) -> Plan:
    """Return *plan* with the schedules and runs that are lost with each deleted deployment.

    The backend is queried for all of them at once.
    """
    deleted = [change.write.before for change in plan.deletions if change.write and change.write.before]
    if not deleted:
        return plan
    ids = frozenset(each.id for each in deleted)
    which = RunFilter(of=ids, states=_WAITING, limit=_MOST_COMING * len(ids))
    coming: dict[str, list[Run]] = {}
    for run in backend.runs(which):
        coming.setdefault(run.deployment_id or "", []).append(run)
    last = backend.last_runs(deleted)
    removals = {each.id: _removal(each, coming.get(each.id, ()), last.get(each.id)) for each in deleted}
    changes = (
        replace(change, removal=removals.get(change.id or "")) if change.is_deletion else change
        for change in plan.changes
    )
    return replace(plan, changes=tuple(changes))


def _removal(stored: Stored, coming: Sequence[Run], last: Run | None) -> Removal:
    schedules = known(stored.deployment.schedules) or ()
    keys = zip(schedule_keys(schedules), schedules, strict=True)
    return Removal(
        schedules=tuple(key for key, each in keys if each.active is not False),
        coming=len(coming),
        next=min((run.scheduled for run in coming if run.scheduled), default=None),
        last=None if last is None else (last.state.name, last.started or last.scheduled),
    )


class Approval(NamedTuple):
    """The approval of the deletions of a plan.

    It *is_given*, or given for *at_most* so many; otherwise *ask* is called with the plan, and raises if the
    answer is no. Without any of these, nothing is deleted. *show* is called with every plan first. *options*
    are the command-line options that give approval. *confirm* is called under the deploy lock, before the
    first write, and raises if the approval is out of date.
    """

    is_given: bool = False
    at_most: int | None = None
    ask: Callable[[Plan], None] | None = None
    show: Callable[[Plan], None] | None = None
    options: str = "`--yes` or `--prune-at-most N`"
    confirm: Callable[[], None] = lambda: None

    def check(self, plan: Plan) -> None:
        """Raise PruneRefused if *plan* deletes too many, UsageError if prompts are disabled."""
        if self.show is not None:
            self.show(plan)
        names = plan.deleted_names
        if self.at_most is not None and len(names) > self.at_most:
            detail = f"{plan.deleted_count} would be deleted, but at most {self.at_most} are allowed"
            raise PruneRefused(
                in_lines(detail, names),
                hint="Nothing was changed. Run `syntask plan --all --prune` to see the deletions.",
            )
        if not names or self.is_given or self.at_most is not None:
            return
        if self.ask is None:
            hint = f"Pass {self.options} to skip the confirmation."
            several = in_lines(f"This deletes {plan.deleted_count}", names)
            raise UsageError(several if names[1:] else f"This deletes `{names[0]}`.", hint=hint)
        self.ask(plan)


def in_lines(sentence: str, names: Iterable[str]) -> str:
    """Return *sentence* followed by *names*, one on a line as in a plan."""
    return "\n- ".join((f"{sentence}:", *names))


def only_approved(plan: Plan, approved: Plan) -> Plan:
    """Return *plan* without deletions that are not in the *approved* one."""
    names = {change.deployment for change in approved.deletions}
    kept = (each for each in plan.changes if not each.is_deletion or each.deployment in names)
    others = {each.full_name for each in approved.resources if each.action is Action.DELETE}
    left = (each for each in plan.resources if each.action is not Action.DELETE or each.full_name in others)
    return replace(plan, changes=tuple(kept), resources=tuple(left))
