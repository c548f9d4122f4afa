"""`syntask dev`: `serve` with the web UI, for work on a project."""

from __future__ import annotations

import click

from syntask_yaml.cli.arguments import collected
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.serve_options import DEV_OPTIONS, ServeArguments
from syntask_yaml.cli.serve_process import own_backend, serve_project
from syntask_yaml.cli.worker_process import worker_options
from syntask_yaml.operations.project import read


@click.command("dev")
@collected("arguments", ServeArguments.of_dev, DEV_OPTIONS)
@pass_context
def command(context: Context, /, *, arguments: ServeArguments) -> int:
    """Work on a project: deploy it on every save, execute its runs, and serve the web UI.

    The same as `serve --ui --start-anyway --wait-for-runs 0s`: when a file of the project is saved, the
    project is deployed again. If that fails, the errors are shown, and the previous deployments continue to
    run. Runs are started in the web UI or by their schedules.

    Ctrl-C cancels current runs and exits.

    Requires the extra `ui`: pip install 'syntask-yaml[ui]'.
    """
    read(context.location())  # raises NotFound without a project
    with context.backend() as backend:
        own = own_backend(backend, "dev")
        options = worker_options(context.environ, name=None, limit=arguments.limit)
        return serve_project(context, own, arguments, options)
