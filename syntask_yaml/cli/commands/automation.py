"""`syntask automation`: what the backend does when runs end."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
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


_project = click.option("--project", metavar="NAME", help="Show only automations of this project.")


def _read(context: Context, project: str | None) -> list[StoredAutomation]:
    """Return the automations of *project*, or all."""
    with context.backend(creates=False) as backend:
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
            _events(each.automation.trigger),
            ", ".join(str(action.get("type")) for action in each.automation.actions),
        )
        for each in found
    ]
    columns = ("Name", "State", "Project", "Events", "Actions")
    print_table(columns, rows, empty="There are no automations.")


def _events(trigger: Mapping[str, Any]) -> str:
    """Return the event of *trigger*; for several events or other triggers, its type."""
    kind = trigger.get("type", "event")
    expected = trigger.get("expect") or ("any event" if kind == "event" else f"a {kind}")
    return expected if isinstance(expected, str) else ", ".join(expected)


@command.command("inspect")
@click.argument("name", shell_complete=complete_automation)
@_project
@as_json
@pass_context
def inspect(context: Context, /, *, name: str, project: str | None, output: str) -> None:
    """Show an automation."""
    shown = encode(_find(_read(context, project), name))
    if output == "json":
        print_json(document("automation", shown))
        return
    for key, value in shown.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        click.echo(escaped(f"{key}: {'' if value is None else text}"))


def _find(automations: Sequence[StoredAutomation], name: str) -> StoredAutomation:
    """Return the automation with this name or id. Raises NotFound, UsageError if a server has several."""
    found = [each for each in automations if name in (each.automation.name, each.id)]
    if not found:
        otherwise = "Run `syntask automation ls` to list the automations."
        names = [each.automation.name for each in automations]
        detail = f"The backend has no automation `{name}`."
        raise NotFound(detail, hint=did_you_mean(name, names, otherwise=otherwise))
    if len(found) > 1:
        which = ", ".join(f"`{each.id}` ({each.automation.project or 'no project'})" for each in found)
        detail = f"Several automations have the name `{name}`: {which}."
        raise UsageError(detail, hint="Pass the id of one, or `--project NAME`.")
    return found[0]


def encode(stored: StoredAutomation) -> dict[str, Any]:
    """Return an automation as JSON: its fields as in the project file, and its owner."""
    automation = stored.automation
    return {"id": stored.id, "name": automation.name, "project": automation.project, **automation.fields}
