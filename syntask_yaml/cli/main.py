"""The command `syntask`: global options, the table of commands, and exit codes."""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from copy import copy
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from syntask_yaml import __version__
from syntask_yaml.cli.closed_output import (
    OUTPUT_CLOSED,
    OutputClosed,
    complete_writes,
    detect_closed_output,
    forget_output,
)
from syntask_yaml.cli.completion import complete_target
from syntask_yaml.cli.context import Context
from syntask_yaml.cli.failures import failures_in_json
from syntask_yaml.cli.global_options import add_global_options, color_setting, only_file
from syntask_yaml.cli.hangup import interrupt, on_hangup

# All commands with their modules and help. Only the module of the called command is loaded.
COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("init", "Create a project file."),
    "validate": ("validate", "Check project files without a backend."),
    "render": ("render", "Print the project with its templates resolved."),
    "plan": ("plan", "Show what a deploy would change."),
    "diff": ("diff", "Show how the declarations of two commits differ."),
    "check": ("check", "Check that a worker could start a deployment."),
    "deploy": ("deploy", "Build, push, and create or update deployments."),
    "destroy": ("destroy", "Delete everything that the project has deployed."),
    "history": ("history", "Show what was deployed, when, by whom and from which commit."),
    "unlock": ("unlock", "Remove the deploy lock of the project."),
    "explain": ("explain", "Show where a value comes from, or explain a message."),
    "deployment": ("deployment", "Manage deployments."),
    "flow": ("flow", "List the flows of the repository."),
    "flow-run": ("flow_run", "Manage runs and show their logs."),
    "status": ("status", "Show what is running, what is late, what failed and what is coming."),
    "why": ("why", "Explain why a run waits, or how it ended."),
    "work-pool": ("work_pool", "Manage work pools."),
    "work-queue": ("work_queue", "Manage the queues of work pools."),
    "concurrency-limit": ("concurrency_limit", "Manage the concurrency limits of flow code."),
    "variable": ("variable", "Manage variables."),
    "block": ("block", "Manage blocks."),
    "automation": ("automation", "Show automations."),
    "dev": ("dev", "Deploy the project on every save, execute its runs, and serve the web UI."),
    "serve": ("serve", "Deploy the project, keep it deployed, and execute due runs."),
    "worker": ("worker", "Start and list workers."),
    "ui": ("ui", "Serve a web UI for runs and deployments."),
    "backend": ("backend", "Copy one backend to another."),
    "upgrade": ("upgrade", "Convert deployments of Prefect 2 and flows of Prefect 1."),
    "schema": ("schema", "Print the JSON Schema of the project file."),
    "completion": ("completion", "Print a shell completion script."),
}
# Commands whose help shows the option for the target.
_PROJECT_COMMANDS = frozenset(
    "validate render plan diff check deploy destroy history unlock explain dev serve".split()
)


def name_variables(command: click.Command, prefix: str) -> None:
    """Give each option of *command* an environment variable, such as `SYNTASK_PLAN_ALL` for `--all`."""
    for each in command.params:
        if isinstance(each, click.Option) and not each.is_eager:
            long = max(each.opts, key=len).lstrip("-")
            each.envvar = f"{prefix}_{long if len(long) > 1 else each.name}".upper().replace("-", "_")
            if each.multiple:
                each.type = copy(each.type)
                each.type.split_envvar_value = values_of  # type: ignore[method-assign, assignment]
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            name_variables(inner, f"{prefix}_{name}")


def values_of(variable: str) -> list[str]:
    """Return the values in the *variable* of a repeatable option: a JSON list of texts, or its lines."""
    if variable.lstrip().startswith("["):
        with suppress(ValueError):
            values = json.loads(variable)
            if all(isinstance(value, str) for value in values):
                return list(values)
    return [line.strip() for line in variable.splitlines() if line.strip()]


class CommandTable(click.Group):
    """A group whose commands are listed in `COMMANDS` and loaded when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's signature)
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"syntask_yaml.cli.commands.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        add_global_options(command, shows_target=cmd_name in _PROJECT_COMMANDS)
        name_variables(command, f"SYNTASK_{cmd_name}")
        return command

    def make_context(self, *args: Any, **more: Any) -> click.Context:
        with detect_closed_output():
            return super().make_context(*args, **more)

    def invoke(self, ctx: click.Context) -> Any:
        with failures_in_json(ctx), detect_closed_output():
            return super().invoke(ctx)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from syntask_yaml.diagnostics import did_you_mean
            from syntask_yaml.errors import UsageError

            hint = did_you_mean(args[0], COMMANDS, otherwise="Run `syntask --help` to list the commands.")
            raise UsageError(f"The command `{args[0]}` does not exist.", hint=hint)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])


@click.group(
    cls=CommandTable,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    no_args_is_help=True,
)
@click.option(
    "-f",
    "--file",
    "files",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="PATH",
    help="Project file. Default: the nearest syntask.yaml or prefect.yaml.",
)
@click.option(
    "-C",
    "directory",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="Run as if started in DIR.",
)
@click.option("--backend", metavar="URL", help="Backend: embedded:PATH, or the API URL of a server.")
@click.option(
    "-t",
    "--target",
    metavar="NAME",
    shell_complete=complete_target,
    help="Target of the project, such as prod. Default: the one with `default: true`.",
)
@click.option("-v", "--verbose", count=True, help="Show more output; repeat for all output.")
@click.option("-q", "--quiet", is_flag=True, help="Show only problems.")
@click.option("--no-prompt", is_flag=True, help="Disable prompts; report missing options instead.")
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="When to use colors in output.",
)
@click.version_option(__version__, "-V", "--version", prog_name="syntask", message="%(prog)s %(version)s")
@click.pass_context
def cli(
    ctx: click.Context,
    *,
    files: tuple[Path, ...],
    directory: Path | None,
    backend: str | None,
    target: str | None,
    verbose: int,
    quiet: bool,
    no_prompt: bool,
    color: str,
) -> None:
    """Declare every deployment of a repository in one file, plan the changes, deploy them."""
    ctx.color = color_setting(color, os.environ)
    ctx.obj = Context.of_options(
        os.environ,
        directory=directory,
        file=only_file(files, is_typed=ctx.get_parameter_source("files") is ParameterSource.COMMANDLINE),
        backend_url=backend,
        target=target,
        verbosity=-1 if quiet else verbose,
        may_prompt=not no_prompt and not os.environ.get("CI") and sys.stdin.isatty() and sys.stderr.isatty(),
    )


name_variables(cli, "SYNTASK")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code. No exception leaves this function."""
    complete_writes()
    if isinstance(sys.stdout, TextIOWrapper):
        # A lone surrogate, from a name that is not UTF-8, is printed as an escape, as on standard error.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        with detect_closed_output():
            return _main(arguments)
    except OutputClosed:
        forget_output()
        return OUTPUT_CLOSED


def _main(arguments: Sequence[str] | None) -> int:
    from syntask_yaml.cli.exit_codes import exit_code_of

    try:
        code = cli.main(args=arguments, prog_name="syntask", standalone_mode=False)
    except OutputClosed:
        raise
    except BaseException as error:  # noqa: BLE001  (each one becomes an exit code)
        return exit_code_of(error)
    return code if isinstance(code, int) else 0


def _open_closed_streams() -> None:
    """Redirect closed standard streams to nowhere.

    Otherwise, the next opened file would get their descriptor, and a child process would read it as input.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115  (for good)


def run() -> None:
    """Run the command, as its entry point."""
    _open_closed_streams()
    # Clean up as after Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    on_hangup(interrupt)
    # A command creates many objects and few cycles: rare collections save a third of the time of a plan for
    # thousands of deployments. Long-running commands set their own thresholds.
    gc.set_threshold(2_000_000, 20, 20)
    code = main()
    # Skip the final collection of Python, which takes a sixth of a small command: the system frees the
    # memory.
    gc.freeze()
    sys.exit(code)
