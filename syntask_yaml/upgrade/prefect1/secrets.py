"""Secrets of Prefect Cloud as blocks of type `secret`."""

from __future__ import annotations

import ast

from syntask_yaml.project.spelling import slug
from syntask_yaml.upgrade.prefect1.call_arguments import argument, keyword
from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft

_TASKS = frozenset({"prefect.tasks.secrets.PrefectSecret", "prefect.tasks.secrets.Secret"})
_VARIABLES = "prefect.tasks.secrets.EnvVarSecret"
_CLIENTS = frozenset({"prefect.client.Secret"})
_ALL = _TASKS | _CLIENTS | {_VARIABLES}


def convert_secrets(draft: FlowFileDraft) -> None:
    """Convert secrets of clients, and secrets that are tasks of a flow."""
    for call in draft.module.calls:
        if draft.names.called(call) in _ALL:
            _convert(draft, call)
    for node in draft.module.of_kind(ast.Subscript):
        if (
            draft.names.of(node.value) == "prefect.context.secrets"
            and isinstance(node.slice, ast.Constant)
            and isinstance(node.slice.value, str)
        ):
            draft.edits.replace_node(node, _loaded(draft, node.slice.value))


def _convert(draft: FlowFileDraft, call: ast.Call) -> None:
    name = argument(call, "name", 0)
    text = name.value if isinstance(name, ast.Constant) and isinstance(name.value, str) else None
    others = [each.arg for each in call.keywords if each.arg not in ("name", "raise_if_missing")]
    if text is None or others or len(call.args) > 1:
        draft.todo(call, "p1-secret", "Load the block of the secret: `Secret.load(NAME).get()`.")
        return
    if draft.names.called(call) in _CLIENTS:
        _convert_client(draft, call, text)
    else:
        _convert_task(draft, call, _replacement(draft, call, text))


def _convert_client(draft: FlowFileDraft, call: ast.Call, name: str) -> None:
    """Convert `Secret(…).get()` to the value, and `Secret(…)` alone to the block."""
    secret = draft.want("prefect.blocks.system", "Secret")
    draft.secrets[slug(name)] = None
    draft.edits.replace_node(call, f'{secret}.load("{slug(name)}")')


def _replacement(draft: FlowFileDraft, call: ast.Call, name: str) -> str:
    if draft.names.called(call) != _VARIABLES:
        return _loaded(draft, name)
    os = draft.want("os")
    required = keyword(call, "raise_if_missing")
    is_required = isinstance(required, ast.Constant) and required.value is True
    return f'{os}.environ["{name}"]' if is_required else f'{os}.environ.get("{name}")'


def _loaded(draft: FlowFileDraft, name: str) -> str:
    draft.secrets[slug(name)] = None
    return f'{draft.want("prefect.blocks.system", "Secret")}.load("{slug(name)}").get()'


def _convert_task(draft: FlowFileDraft, call: ast.Call, text: str) -> None:
    """Read the secret in place in a flow, or at the beginning of each flow that uses it.

    A secret that is read in place with `.run()` becomes its value there.
    """
    if (read := _read_at_once(draft, call)) is not None:
        draft.edits.replace_node(read, text)
        return
    places = set(draft.module.parents(call))
    if any(each.block in places for each in draft.flows if each.block is not None):
        draft.edits.replace_node(call, text)
        return
    statement = draft.module.statement(call)
    if not (isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)):
        draft.todo(call, "p1-secret", f"Read it in the flow: `{text}`.")
        return
    variable = statement.targets[0].id
    users = [flow for flow in draft.flows if flow.reads(variable)]
    inside = sum(flow.reads(variable) for flow in users)
    home = draft.module.parent(statement)
    is_only = home is draft.module.tree and draft.module.assigned(variable, call) is call
    if not users or not is_only or inside != len(draft.module.uses(variable)):
        draft.todo(call, "p1-secret", f"Read it in the flow: `{variable} = {text}`.")
        return
    for flow in users:
        flow.first_lines.append(f"{variable} = {text}")
    draft.edits.remove(statement)


def _read_at_once(draft: FlowFileDraft, call: ast.Call) -> ast.Call | None:
    """Return the call of `run` on a secret, if that is its use."""
    run = draft.module.parent(call)
    read = draft.module.parent(run) if isinstance(run, ast.Attribute) and run.attr == "run" else None
    is_plain = isinstance(read, ast.Call) and read.func is run and not read.args and not read.keywords
    return read if is_plain and isinstance(read, ast.Call) else None
