"""When `--prune` may delete: only what is known to be declared no more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.errors import ProjectInvalid, UsageError
from syntask_yaml.operations.prepare import Prepared
from syntask_yaml.project.load import Project


def check_prune(project: Project, *, is_all: bool) -> None:
    """Raise UsageError where nothing could be pruned, ProjectInvalid where an entry was not even seen."""
    if not is_all:
        raise UsageError("`--prune` looks at the whole project.", hint="Give it together with `--all`.")
    if project.name is None:
        detail = "`--prune` deletes what carries the project's name, and the project file gives none."
        raise UsageError(detail, hint="Add `name:` at the top of the file, and deploy once.")
    if problems := tuple(_unseen(project)):
        raise ProjectInvalid(problems)


def _unseen(project: Project) -> Iterator[Diagnostic]:
    """Why the file may declare more than was read. Only Prefect's dialect comes this far."""
    root = project.document.root
    if root.get("deployments") is None:
        detail = "The file has no key `deployments`: `--prune` would delete everything the project deployed."
        yield root.problem("prune-refused", detail, "Write `deployments: []` if that is meant.")
    for problem in project.diagnostics:
        if problem.code == "duplicate-key":
            detail = f"{problem.detail} `--prune` would delete what only the other one declares."
            yield Diagnostic("prune-refused", detail, problem.hint, span=problem.span, path=problem.path)


def unread(prepared: Sequence[Prepared]) -> Iterator[Diagnostic]:
    """Why nothing is pruned although the others are deployed: entries that could not be read."""
    failed = [each for each in prepared if each.deployment is None]
    if failed:
        listed = ", ".join(f"`{each.label}`" for each in failed[:6]) + (" …" if len(failed) > 6 else "")
        detail = f"Nothing is deleted, because {listed} could not be prepared and may be still deployed."
        hint = "Correct the file, then run it again with `--prune`."
        yield failed[0].declaration.node.problem("prune-refused", detail, hint)
