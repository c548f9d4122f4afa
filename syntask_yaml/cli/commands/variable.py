"""`syntask variable`: named values that everybody may read."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import click

from syntask_yaml.backend.base import Backend
from syntask_yaml.backend.portable import check_portable
from syntask_yaml.cli.completion import complete_variable
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.views.diagnostics import show
from syntask_yaml.cli.views.output import as_json, print_json, print_table, say
from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.errors import NotFound
from syntask_yaml.model.block import Variable
from syntask_yaml.model.secret import is_secret_name
from syntask_yaml.model.value import read_json
from syntask_yaml.operations.documents import document, variable_document


@click.group("variable")
def command() -> None:
    """Manage variables.

    A project refers to a variable as {{ syntask.variables.NAME }}. Variables are not secret; use blocks for
    secrets.
    """


@command.command("set")
@click.argument("name", shell_complete=complete_variable)
@click.argument("value")
@click.option("--json", "is_json", is_flag=True, help="Parse VALUE as JSON.")
@click.option("-t", "--tag", "tags", multiple=True, help="Replace the tags. Repeatable.")
@pass_context
def set_(context: Context, /, *, name: str, value: str, is_json: bool, tags: tuple[str, ...]) -> None:
    """Set the variable NAME to VALUE."""
    variable = Variable(name, _parsed(value) if is_json else value, tags)
    with context.backend() as backend:
        if not tags and (before := backend.variable(name)) is not None:
            variable = replace(variable, tags=before.tags)
        backend.set_variable(variable)
    say(f"Set variable `{name}`.")
    show(check_portable(variable))
    if is_secret_name(name):
        say("note: Everyone can read variables. Use `syntask block create secret NAME` to store a secret.")


def _parsed(text: str) -> Any:
    try:
        return read_json(text)
    except ValueError as error:
        raise click.BadParameter(f"`{text}` is not JSON: {error}", param_hint="VALUE") from error


@command.command("get")
@click.argument("name", shell_complete=complete_variable)
@as_json
@pass_context
def get(context: Context, /, *, name: str, output: str) -> None:
    """Print the value of the variable NAME."""
    with context.backend(creates=False) as backend:
        variable = backend.variable(name)
        if variable is None:
            raise _no_such_variable(name, backend)
    if output == "json":
        print_json(document("variable", variable_document(variable)))
    else:
        value = variable.value
        click.echo(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


@command.command("ls")
@as_json
@pass_context
def ls(context: Context, /, *, output: str) -> None:
    """List the variables."""
    with context.backend(creates=False) as backend:
        variables = backend.variables()
    if output == "json":
        print_json(document("variable-ls", {"variables": [variable_document(each) for each in variables]}))
        return
    rows = [
        (each.name, json.dumps(each.value, ensure_ascii=False), ", ".join(each.tags)) for each in variables
    ]
    print_table(("Name", "Value", "Tags"), rows, empty="There are no variables.")


@command.command("unset")
@click.argument("name", shell_complete=complete_variable)
@pass_context
def unset(context: Context, /, *, name: str) -> None:
    """Delete the variable NAME."""
    with context.backend(creates=False) as backend:
        if not backend.unset_variable(name):
            raise _no_such_variable(name, backend)
    say(f"Removed variable `{name}`.")


def _no_such_variable(name: str, backend: Backend) -> NotFound:
    hint = did_you_mean(name, [each.name for each in backend.variables()])
    return NotFound(f"The backend has no variable `{name}`.", hint=hint)
