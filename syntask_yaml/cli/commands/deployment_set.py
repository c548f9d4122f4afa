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
@click.option("--unset", multiple=True, metavar="PATH", help="Remove this key or item. Repeatable.")
@click.option("--dry-run", "is_dry", is_flag=True, help="Print the changes without writing them.")
@pass_context
def command(
    context: Context, /, *, name: str, assignments: tuple[str, ...], unset: tuple[str, ...], is_dry: bool
) -> None:
    """Change or remove values of the deployment NAME in the project file.

    PATH is a list of keys separated by dots, such as work_pool.name. schedules[0].cron selects an item of
    a list, parameters["a.b"] a key with special characters. VALUE is parsed as JSON if possible.

    --unset is applied first, with indexes of the current file. It removes the lines of a key and the
    comments after it, but not a comment above it. A section without keys is removed too.

    If the result is not valid, the file is not changed.
    """
    from syntask_yaml.errors import UsageError
    from syntask_yaml.operations.edit import apply_edit, parse_assignment, parse_path, prepare_edit

    if not assignments and not unset:
        raise UsageError("No changes were specified.", hint="Pass PATH=VALUE or `--unset PATH`.")
    values = [parse_assignment(each) for each in assignments]
    for number, (path, _) in enumerate(values):
        if path in (before for before, _ in values[:number]):
            detail = f"`{assignments[number]}` sets what another argument sets already."
            raise UsageError(detail, hint="Pass it only once.")
    edit = prepare_edit(context.location(), name, values, unset=[parse_path(each) for each in unset])
    if context.verbosity >= 0:
        diagnostics.show(edit.warnings)
    if edit.before == edit.after:
        say(f"`{edit.shown}` is already up to date.")
    elif is_dry:
        click.echo(edit.difference, nl=False)
    else:
        apply_edit(edit)
        say(f"Changed `{edit.deployment}` in `{edit.shown}`.")
