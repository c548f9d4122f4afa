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
    """Show how the declarations of the project differ from those at REF, a commit, branch or tag.

    Compares REF with the working tree, or with REF2. Needs no backend and no secrets, because templates are
    compared as they are written. To see what a branch changed since it left main, pass the output of `git
    merge-base main HEAD`.
    """
    progress = CountProgress(verbosity=context.verbosity)
    difference = compare_declarations(context.location(), ref, other, notify=progress)
    if output == "json":
        print_json(document("diff", view.as_document(difference)))
    elif output == "markdown":
        click.echo(view.as_markdown(difference), nl=False)
    else:
        view.show(difference)
