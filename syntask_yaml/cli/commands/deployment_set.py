"""`syntask deployment set`: values of a deployment, changed in the project file."""

from __future__ import annotations

import click

from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.names import complete_declared
from syntask_yaml.cli.views import diagnostics
from syntask_yaml.cli.views.output import say


@click.command("set")
@click.argument("name", shell_complete=complete_declared)
@click.argument("assignments", nargs=-1, required=True, metavar="PATH=VALUE...")
@click.option("--dry-run", "is_dry", is_flag=True, help="Print what would change, and write nothing.")
@pass_context
def command(context: Context, /, *, name: str, assignments: tuple[str, ...], is_dry: bool) -> None:
    """Change values of the deployment NAME in the project file, and nothing else in it.

    PATH is keys with dots between them, such as work_pool.name; schedules[0].cron is in the first schedule,
    parameters["a.b"] any key. VALUE is JSON, or else text. The file stays as it is where the result would
    not be valid.
    """
    from syntask_yaml.operations.edit import apply_edit, parse_assignment, prepare_edit

    values = [parse_assignment(each) for each in assignments]
    edit = prepare_edit(context.place(), name, values)
    if context.verbosity >= 0:
        diagnostics.show(edit.warnings)
    if edit.before == edit.after:
        say(f"`{edit.shown}` says so already.")
    elif is_dry:
        click.echo(edit.difference, nl=False)
    else:
        apply_edit(edit)
        say(f"Changed `{edit.deployment}` in `{edit.shown}`.")
