"""`syntask upgrade switch` and `back`: the schedules of a deployment go to the new server, and back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import click

from syntask_yaml.cli.completion import complete_declared
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.old_server import from_server, journal_of, server_to_leave
from syntask_yaml.cli.views.output import as_json, print_json
from syntask_yaml.errors import BackendConflict, BackendRefused, NotFound, ProjectInvalid, UsageError
from syntask_yaml.operations.documents import document

if TYPE_CHECKING:
    from syntask_yaml.backend.base import Backend
    from syntask_yaml.backend.prefect.old_server import OldServer
    from syntask_yaml.upgrade.switch import Switch, Switched


@click.command("switch")
@click.argument("names", nargs=-1, required=True, metavar="NAME...", shell_complete=complete_declared)
@from_server
@click.option("--old", "old_name", default="", metavar="NAME", help="Name on the old server, if it differs.")
@as_json
@pass_context
def switch(context: Context, /, *, names: tuple[str, ...], url: str, old_name: str, output: str) -> int:
    """Let deployments of the backend take over the schedules from an old server.

    Refer to a deployment as FLOW/NAME. If the backend does not have it, it is deployed from the project
    file, paused. Then the old schedules are paused, their upcoming runs are deleted, and the new ones are
    resumed: never both at once. Runs that have started finish. A run that is due in between is reported.

    If the command is interrupted, run it again, or undo it with `back`.
    """
    if old_name and len(names) > 1:
        raise UsageError("`--old` names one deployment.", hint="Switch one deployment at a time.")
    with server_to_leave(context, url) as server, context.backend() as backend:
        switching, found = _switch(context, server, backend), server.deployments()
        return _each(names, lambda name: switching.switch(found, name, old_name), output, is_back=False)


@click.command("back")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option(
    "--from-server",
    "url",
    metavar="URL",
    default="",
    help="The old server. Default: the one that the deployment was switched from.",
)
@as_json
@pass_context
def back(context: Context, /, *, names: tuple[str, ...], url: str, output: str) -> int:
    """Undo a switch: pause the new schedules and restore the old ones as they were before."""
    from syntask_yaml.upgrade.switch import find_entry

    def undo(name: str, backend: Backend) -> Switched:
        entry = find_entry(journal_of(context), name)
        with server_to_leave(context, url or entry.old_url) as server:
            return _switch(context, server, backend).back(entry)

    with context.backend() as backend:
        return _each(names, lambda name: undo(name, backend), output, is_back=True)


def _switch(context: Context, server: OldServer, backend: Backend) -> Switch:
    from syntask_yaml.backend.clock import utc_now
    from syntask_yaml.upgrade.switch import Switch

    return Switch(
        journal=journal_of(context),
        server=server,
        backend=backend,
        deploy=_deployer(context, backend),
        clock=utc_now,
        wait=time.sleep,
    )


def _each(names: Iterable[str], do: Callable[[str], Switched], output: str, *, is_back: bool) -> int:
    """Call *do* for each name, print the results, and return the exit code; failures do not stop it."""
    from syntask_yaml.cli.views.diagnostics import show
    from syntask_yaml.cli.views.upgrade_status import encode_switched, show_switched

    done: list[Switched] = []
    code = 0
    for name in names:
        try:
            done.append(do(name))
        except (BackendConflict, BackendRefused, NotFound, ProjectInvalid) as error:
            show(error.diagnostics)
            code = 1
            continue
        if output == "text":
            show_switched(done[-1], is_back=is_back)
    if output == "json":
        content = [encode_switched(each, is_back=is_back) for each in done]
        print_json(document("upgrade-switch", {"deployments": content}))
    return code


def _deployer(context: Context, backend: Backend) -> Callable[[str], None]:
    """Return a function that deploys a deployment of the project, paused, or raises BackendRefused."""

    def deploy_paused(name: str) -> None:
        from syntask_yaml.cli.views import deploy as view
        from syntask_yaml.operations.deploy import DeployOptions, deploy
        from syntask_yaml.operations.deploy_context import DeployContext
        from syntask_yaml.operations.overrides import Overrides
        from syntask_yaml.operations.project import open_project
        from syntask_yaml.operations.request import Request
        from syntask_yaml.operations.selection import Selection
        from syntask_yaml.project.flows import FlowReader

        project = open_project(context.location())
        deploy_context = DeployContext(
            project=project,
            backend=backend,
            reader=FlowReader(project.root, load_in_child=True),
            environ=context.environ,
            default_pool=context.settings.default_pool,
        )
        request = Request(selection=Selection(names=(name,)), overrides=Overrides(paused=True))
        progress = view.DeployProgress(verbosity=context.verbosity)
        outcome = deploy(deploy_context, request, options=DeployOptions(), notify=progress)
        if not outcome.is_good:
            view.show_problems(outcome, verbosity=context.verbosity)
            view.show(outcome, verbosity=context.verbosity)
            raise BackendRefused(f"`{name}` could not be deployed.", hint="Run `syntask deploy` to see why.")

    return deploy_paused
