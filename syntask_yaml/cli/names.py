"""Values and names as they are typed on the command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import Any

import click

from syntask_yaml.errors import SyntaskError, UsageError


def key_values(pairs: Iterable[str], option: str, *, is_text: bool = False) -> dict[str, Any]:
    """`KEY=VALUE` pairs; a VALUE that is JSON is read as such unless *is_text*, any other is text."""
    values: dict[str, Any] = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not key:
            raise UsageError(f"`{option} {pair}` is no pair.", hint=f"Write `{option} KEY=VALUE`.")
        values[key] = text if is_text else _value(text)
    return values


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def parse_json(text: str, option: str) -> dict[str, Any]:
    """A JSON mapping, from the text or, for `-`, from standard input."""
    try:
        values = json.loads(sys.stdin.read() if text == "-" else text)
    except ValueError as error:
        raise UsageError(f"The value of `{option}` is not JSON: {error}.") from error
    if not isinstance(values, dict):
        raise UsageError(f"The value of `{option}` is no JSON mapping.", hint='Write `{"key": value}`.')
    return values


def complete_deployment(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """The deployments of the backend whose names begin with what is typed."""
    try:
        with ctx.find_root().obj.backend() as backend:
            names = [each.deployment.full_name for each in backend.deployments()]
    except (SyntaskError, AttributeError):
        return []
    return [name for name in names if name.startswith(incomplete)]


def complete_declared(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """The deployments of the project whose names begin with what is typed."""
    from syntask_yaml.operations.project import open_project

    try:
        project = open_project(ctx.find_root().obj.place())
    except (SyntaskError, AttributeError):
        return []
    return [each.name for each in project.declarations if each.name.startswith(incomplete)]
