"""`syntask block`: named documents, some of whose fields are secret."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from syntask_yaml.backend.portable import check_portable
from syntask_yaml.cli.arguments import add_once, read_standard_input
from syntask_yaml.cli.completion import complete_block, complete_block_type
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.views.diagnostics import show
from syntask_yaml.cli.views.output import as_json, print_json, print_table, say
from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.errors import NotFound, UsageError
from syntask_yaml.model.block import BLOCK_TYPES, Block, BlockType
from syntask_yaml.model.secret import Secret, masked
from syntask_yaml.model.value import read_json
from syntask_yaml.operations.documents import document


@click.group("block")
def command() -> None:
    """Manage blocks.

    A project refers to a block as {{ syntask.blocks.TYPE.NAME }}. Secret fields are encrypted. They are
    never passed as arguments, but prompted for or read from standard input.
    """


@command.command("create")
@click.argument("type", type=click.Choice(list(BLOCK_TYPES)))
@click.argument("name")
@click.option(
    "--field",
    "fields",
    multiple=True,
    metavar="KEY=VALUE",
    help="Set a field that is not secret. Repeatable.",
)
@pass_context
def create(context: Context, /, *, type: str, name: str, fields: tuple[str, ...]) -> None:
    """Create the block NAME of type TYPE.

    In a terminal, the command prompts for the secret. Otherwise it reads standard input: the text of the
    secret if the type has one, or a JSON object of the fields.
    """
    kind = BLOCK_TYPES[type]
    data = {**_given(kind, fields), **_prompt(kind, context, {field.partition("=")[0] for field in fields})}
    missing = kind.required - data.keys()
    if missing:
        raise UsageError(f"A `{type}` block requires `{sorted(missing)[0]}`.")
    block = Block(type, name, data)
    with context.backend() as backend:
        backend.create_block(block)
    show(check_portable(block))
    say(f"Created block `{type}/{name}`. A project refers to it as {{{{ syntask.blocks.{type}.{name} }}}}.")


def _given(kind: BlockType, fields: tuple[str, ...]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for field in fields:
        key, equals, value = field.partition("=")
        if not equals or key not in kind.fields:
            hint = did_you_mean(key, kind.fields, otherwise=f"Available fields: {', '.join(kind.fields)}.")
            raise UsageError(f"A `{kind.slug}` block has no field `{key}`.", hint=hint)
        if key in kind.secret_fields:
            hint = "Omit it. The command prompts for it or reads it from standard input."
            raise UsageError(f"`{key}` is a secret, and others can read command-line arguments.", hint=hint)
        add_once(data, {key: _typed(kind, key, value)}, "--field")
    return data


def _prompt(kind: BlockType, context: Context, given: set[str]) -> dict[str, Any]:
    """Return the remaining fields, from a prompt or from standard input."""
    left = [field for field in kind.fields if field not in given]
    if not left:
        return {}
    if not context.may_prompt:
        return _from_stdin(kind, left)
    answers = {
        field: click.prompt(
            field,
            hide_input=field in kind.secret_fields,
            default=None if field in kind.required else "",
            show_default=False,
            err=True,
        )
        for field in left
    }
    return {field: _typed(kind, field, value) for field, value in answers.items() if value}


def _from_stdin(kind: BlockType, left: list[str]) -> dict[str, Any]:
    if sys.stdin.isatty():
        raise UsageError(
            f"`{left[0]}` is missing, and prompts are disabled.", hint="Pass it on standard input."
        )
    text = read_standard_input().strip()
    if len(left) == 1 or not text.startswith("{"):
        field = next((each for each in left if each in kind.secret_fields), left[0])
        return {field: _typed(kind, field, text)} if text else {}
    try:
        fields = read_json(text)
    except ValueError as error:
        raise UsageError(f"Standard input is not JSON: {error}.") from error
    return {field: _typed(kind, field, value) for field, value in fields.items()}


def _typed(kind: BlockType, field: str, value: Any) -> Any:
    if field in kind.secret_fields:
        return Secret(value if isinstance(value, str) else json.dumps(value))
    if kind.slug == "json" and isinstance(value, str):
        try:
            return read_json(value)
        except ValueError as error:
            raise UsageError(f"The value is not JSON: {error}.") from error
    return value


@command.command("ls")
@as_json
@pass_context
def ls(context: Context, /, *, output: str) -> None:
    """List the blocks."""
    with context.backend(creates=False) as backend:
        blocks = backend.blocks()
    if output == "json":
        print_json(
            document("block-ls", {"blocks": [{"type": each.type, "name": each.name} for each in blocks]})
        )
        return
    print_table(("Type", "Name"), [(each.type, each.name) for each in blocks], empty="There are no blocks.")


@command.command("inspect")
@click.argument("type", shell_complete=complete_block_type)
@click.argument("name", shell_complete=complete_block)
@as_json
@pass_context
def inspect(context: Context, /, *, type: str, name: str, output: str) -> None:
    """Show the fields of a block, with secrets masked."""
    with context.backend(creates=False) as backend:
        block = next((each for each in backend.blocks() if (each.type, each.name) == (type, name)), None)
    if block is None:
        raise NotFound(
            f"The backend has no block `{type}/{name}`.", hint="Run `syntask block ls` to list the blocks."
        )
    data = masked(block.data)
    if output == "json":
        print_json(document("block", {"type": type, "name": name, "data": data}))
        return
    rows = [(key, value if isinstance(value, str) else json.dumps(value)) for key, value in data.items()]
    print_table(("Field", "Value"), rows, empty="The block is empty.")


@command.command("delete")
@click.argument("type", shell_complete=complete_block_type)
@click.argument("name", shell_complete=complete_block)
@pass_context
def delete(context: Context, /, *, type: str, name: str) -> None:
    """Delete a block."""
    with context.backend(creates=False) as backend:
        if not backend.delete_block(type, name):
            raise NotFound(
                f"The backend has no block `{type}/{name}`.",
                hint="Run `syntask block ls` to list the blocks.",
            )
    say(f"Deleted block `{type}/{name}`.")
