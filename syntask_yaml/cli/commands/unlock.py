"""`syntask unlock`: remove the deploy lock of a project."""

from __future__ import annotations

import click

from syntask_yaml.backend.leases import held_by
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.views.output import say
from syntask_yaml.errors import UsageError
from syntask_yaml.operations.deploy_lock import find_deploy_lock
from syntask_yaml.operations.project import open_project


@click.command("unlock")
@click.option("-y", "--yes", is_flag=True, help="Skip the confirmation.")
@pass_context
def command(context: Context, /, *, yes: bool) -> None:
    """Remove the deploy lock of the project.

    A lock is released when its deploy ends, or a minute after its process was killed. Use this only if you
    know that the deploy is no longer running: the command does not stop it.
    """
    project = open_project(context.location())
    with context.backend(creates=False, project=project) as backend:
        lease = find_deploy_lock(backend, project.title)
        if lease is None:
            say(f"Nobody is deploying `{project.title}`.")
            return
        say(held_by(lease))
        if not yes:
            if not context.may_prompt:
                raise UsageError("This removes the lock of a deploy.", hint="Pass `--yes` to confirm.")
            click.confirm("Remove the lock?", abort=True, err=True)
        backend.release_lease(lease)
    say(f"The deploy lock of `{project.title}` is free.")
