"""`task_run_name`, which could use all context values in Prefect 1, and only task arguments in Prefect 3."""

from __future__ import annotations

import ast
from string import Formatter

from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft
from syntask_yaml.upgrade.prefect1.node_index import Function

_LEFT = "`task_run_name` takes more than the arguments of the task. Prefect 3 gives it nothing else."


def run_name(draft: FlowFileDraft, option: ast.keyword) -> str:
    """Return the option for Prefect 3: a string, or a function without arguments."""
    known = _arguments(draft, option)
    function = _function(draft, option.value)
    if function is not None:
        if known is not None and (taken := _taken(function)) is not None and taken <= known:
            runtime = draft.want("prefect", "runtime")
            text = draft.edits.source(option.value)
            called = f"({text})" if isinstance(option.value, ast.Lambda) else text
            return f"task_run_name=lambda: {called}(**{runtime}.task_run.parameters)"
    elif (fields := _fields(option.value)) is not None and (not fields or fields <= (known or set())):
        return draft.edits.source(option)
    draft.todo(option, "p1-task-option", _LEFT)
    return draft.edits.source(option)


def _fields(value: ast.expr) -> set[str] | None:
    """Return the names in a template; None if it is not one."""
    if isinstance(value, ast.JoinedStr):
        return set()  # evaluated when the task is created
    if not isinstance(value, ast.Constant) or not isinstance(value.value, str):
        return set() if isinstance(value, ast.Constant) else None
    try:
        parts = [name for _, name, _, _ in Formatter().parse(value.value) if name is not None]
    except ValueError:
        return None
    return {name.replace("[", ".").partition(".")[0] for name in parts}


def _function(draft: FlowFileDraft, value: ast.expr) -> ast.Lambda | Function | None:
    if isinstance(value, ast.Lambda):
        return value
    name = value.id if isinstance(value, ast.Name) else ""
    found = [each for each in draft.module.tree.body if isinstance(each, Function) and each.name == name]
    return found[0] if len(found) == 1 else None


def _taken(function: ast.Lambda | Function) -> set[str] | None:
    """Return the arguments that a function reads; None if it may read others."""
    arguments = function.args
    if arguments.vararg or arguments.posonlyargs or arguments.kwarg is None:
        return None  # Prefect 1 passed more arguments than it accepts
    if isinstance(function, ast.AsyncFunctionDef):
        return None
    given = [*arguments.args, *arguments.kwonlyargs]
    taken = {each.arg for each in given}
    nodes = [*ast.walk(function)]
    kept = [node for node in nodes if isinstance(node, ast.Name) and node.id == arguments.kwarg.arg]
    for node in nodes:
        match node:
            case ast.Subscript(value=ast.Name() as owner, slice=ast.Constant(value=str(key))) if (
                owner in kept
            ):
                taken.add(key)
                kept.remove(owner)
    return None if kept else taken


def _arguments(draft: FlowFileDraft, option: ast.keyword) -> set[str] | None:
    """Return the arguments of the task that has the option; None if they are unknown."""
    call = draft.module.parent(option)
    made = draft.module.parent(call) if call is not None else None
    if isinstance(made, Function) and call in made.decorator_list:
        return _names(made)
    name = call.func.id if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) else ""
    for each in draft.module.tree.body:
        if isinstance(each, ast.ClassDef) and each.name == name:
            runs = [node for node in each.body if isinstance(node, Function) and node.name == "run"]
            return _names(runs[0]) - {"self"} if runs else None
    return None


def _names(function: Function) -> set[str]:
    arguments = function.args
    return {each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
