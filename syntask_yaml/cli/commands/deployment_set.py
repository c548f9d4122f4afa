"""`syntask deployment set`: values of a deployment, changed in the project file."""

from __future__ import annotations

import click

from syntask_yaml.cli.completion import complete_declared
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.views import diagnostics
from syntask_yaml.cli.views.output import say


@click.command("set")
@click.argument("name", shell_complete=complete_declared)
@click.argument("assignments", nargs=-1, metavar="[PATH=VALUE]...")
@click.option("--unset", multiple=True, metavar="PATH", help="Remove this key, or item; may be repeated.")
@click.option("--dry-run", "is_dry", is_flag=True, help="Print what would change, and write nothing.")
@pass_context
def command(
    context: Context, /, *, name: str, assignments: tuple[str, ...], unset: tuple[str, ...], is_dry: bool
) -> None:
    """Change or remove values of the deployment NAME in the project file, and nothing else in it.

    PATH is keys with dots between them, such as work_pool.name; schedules[0].cron is in the first schedule,
    parameters["a.b"] any key. VALUE is JSON, or else text.

    --unset comes first, and its indexes are those of the file as it is. It takes the lines of a key, with
    the comments behind it; a comment above stays. A section that is left without keys goes as well.

    The file stays as it is where the result would not be valid.
    """
    from syntask_yaml.errors import UsageError
    from syntask_yaml.operations.edit import apply_edit, parse_assignment, parse_path, prepare_edit

    if not assignments and not unset:
        raise UsageError("There is nothing to change.", hint="Say PATH=VALUE, or --unset PATH.")
    values = [parse_assignment(each) for each in assignments]
    edit = prepare_edit(context.place(), name, values, unset=[parse_path(each) for each in unset])
    if context.verbosity >= 0:
        diagnostics.show(edit.warnings)
    if edit.before == edit.after:
        say(f"`{edit.shown}` says so already.")
    elif is_dry:
        click.echo(edit.difference, nl=False)
    else:
        apply_edit(edit)
        say(f"Changed `{edit.deployment}` in `{edit.shown}`.")
