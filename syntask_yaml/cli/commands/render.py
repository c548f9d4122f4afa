"""`syntask render`: the resolved project."""

from __future__ import annotations

from dataclasses import replace

import click

from syntask_yaml.cli.arguments import collected
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.project_options import SELECTION_OPTIONS, ProjectArguments
from syntask_yaml.cli.views import changes, diagnostics
from syntask_yaml.cli.views.deploy import DeployProgress
from syntask_yaml.cli.views.output import print_json
from syntask_yaml.cli.views.output_format import OutputFormat
from syntask_yaml.operations.choose import changes_chosen
from syntask_yaml.operations.documents import document
from syntask_yaml.operations.render import render


@click.command("render")
@collected("arguments", ProjectArguments.of, SELECTION_OPTIONS)
@click.option(
    "-o",
    "--output",
    type=OutputFormat(["yaml", "json"]),
    default="yaml",
    show_default=True,
    help="Output format.",
)
@click.option("--after-build", is_flag=True, help="Run the build and push steps and show their outputs.")
@pass_context
def command(context: Context, /, *, arguments: ProjectArguments, output: str, after_build: bool) -> None:
    """Print the project with its templates resolved, as it would be deployed.

    Block references are not resolved. Outputs of build steps are shown as unknown; --after-build runs the
    steps first. Without a selection, all deployments are printed.
    """
    selection = arguments.selection
    selection = selection if selection.is_given else replace(selection, all=True)
    with arguments.opened(context, creates=False) as deploy_context:
        progress = DeployProgress(verbosity=context.verbosity)
        changed = changes_chosen(deploy_context, selection)
        rendered = render(deploy_context, selection, build=progress if after_build else None)
    if context.verbosity >= 0:
        changes.show(changed)
        diagnostics.show(rendered.diagnostics)
    if output == "json":
        print_json(document("render", rendered.content))
    else:
        from syntask_yaml.document.writer import to_yaml

        click.echo(to_yaml(rendered.content), nl=False)
