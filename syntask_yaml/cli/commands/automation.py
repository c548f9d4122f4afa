"""`syntask automation`: what the backend does when runs end."""

from __future__ import annotations

import json
from typing import Any

import click

from syntask_yaml.cli.completion import complete_automation
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.views.escape import escaped
from syntask_yaml.cli.views.output import as_json, print_json, print_table
from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.errors import NotFound, UsageError
from syntask_yaml.model.automation import StoredAutomation
from syntask_yaml.operations.documents import document


@click.group("automation")
def command() -> None:
    """Show automations.

    A project declares them under `resources: automations`, and `syntask deploy` writes them.
    """


_project = click.option(
    "--project", metavar="NAME", help="Show only automations of this project, which a server must be told."
)


def _read(context: Context, project: str | None) -> list[StoredAutomation]:
    """The automations of *project*, or all. Raises UsageError where a backend tells only those of one."""
    with context.backend(is_read_only=True) as backend:
        if project is None and not backend.features.has_own_worker:
            detail = "A server lists automations by the project that owns them."
            raise UsageError(detail, hint="Pass `--project NAME`.")
        return backend.automations(project=project)


@command.command("ls")
@_project
@as_json
@pass_context
def ls(context: Context, /, *, project: str | None, output: str) -> None:
    """List the automations."""
    found = _read(context, project)
    if output == "json":
        print_json(document("automation-ls", {"automations": [encode(each) for each in found]}))
        return
    rows = [
        (
            each.automation.name,
            "" if each.automation.enabled else "disabled",
            each.automation.project or "",
            ", ".join(_listed(each.automation.trigger.get("expect"))) or "any event",
            ", ".join(str(action.get("type")) for action in each.automation.actions),
        )
        for each in found
    ]
    columns = ("Name", "State", "Project", "Events", "Actions")
    print_table(columns, rows, empty="There are no automations.")


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


@command.command("inspect")
@click.argument("name", shell_complete=complete_automation)
@_project
@as_json
@pass_context
def inspect(context: Context, /, *, name: str, project: str | None, output: str) -> None:
    """Show an automation."""
    found = {each.automation.name: each for each in _read(context, project)}
    if name not in found:
        otherwise = "Run `syntask automation ls` to list the automations."
        detail = f"The backend has no automation `{name}`."
        raise NotFound(detail, hint=did_you_mean(name, found, otherwise=otherwise))
    shown = encode(found[name])
    if output == "json":
        print_json(document("automation", shown))
        return
    for key, value in shown.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        click.echo(escaped(f"{key}: {'' if value is None else text}"))


def encode(stored: StoredAutomation) -> dict[str, Any]:
    """An automation as JSON: its fields as the project file has them, and whose it is."""
    automation = stored.automation
    return {"id": stored.id, "name": automation.name, "project": automation.project, **automation.fields}
