"""`syntask diff`: what two states of the repository declare otherwise."""

from __future__ import annotations

import click

from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.views import diff as view
from syntask_yaml.cli.views.output import print_json
from syntask_yaml.cli.views.output_format import OutputFormat
from syntask_yaml.cli.views.progress import CountProgress
from syntask_yaml.operations.difference import compare_declarations
from syntask_yaml.operations.documents import document


@click.command("diff")
@click.argument("ref")
@click.argument("other", required=False, metavar="[REF2]")
@click.option(
    "-o",
    "--output",
    type=OutputFormat(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="Output format.",
)
@pass_context
def command(context: Context, /, *, ref: str, other: str | None, output: str) -> None:
    """Show what the project declares otherwise than at the commit, branch or tag REF.

    Compares with the working tree, or with REF2. Asks no backend and needs no secrets: templates are
    compared as they are written. For what a branch changed since it left main, REF is what
    `git merge-base main HEAD` prints.
    """
    progress = CountProgress(verbosity=context.verbosity)
    difference = compare_declarations(context.location(), ref, other, notify=progress)
    if output == "json":
        print_json(document("diff", view.as_document(difference)))
    elif output == "markdown":
        click.echo(view.as_markdown(difference), nl=False)
    else:
        view.show(difference)
