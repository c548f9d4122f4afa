"""Calls of tasks in flows: mapped calls, and arguments that Prefect reserved."""

from __future__ import annotations

import ast

from syntask_yaml.upgrade.prefect1.call_arguments import argument
from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft
from syntask_yaml.upgrade.prefect1.edges import graph_statements

_OWN = {
    "task_args": "Set these options with `with_options(…)`.",
    "flow": "Call the task in the function of the flow.",
    "mapped": "Call `.map(…)`.",
}
# Methods of tasks that only affect the graph of a flow.
_GRAPH = frozenset(
    "set_upstream set_downstream set_dependencies bind is_equal not_equal or_ and_ not_".split()
)


def convert_calls(draft: FlowFileDraft) -> None:
    """Convert calls of tasks, in flows and in functions that flows call."""
    inside = {node for flow in draft.flows for node in flow.nodes}
    of_graphs = {each.value for flow in draft.flows for each in graph_statements(draft, flow)}
    for call in draft.module.calls:
        if call not in of_graphs and (call in inside or _is_of_task(draft, call)):
            _convert_call(draft, call)
    for call in draft.module.calls:
        if draft.names.called(call) == "prefect.flatten" and len(call.args) == 1:
            _flatten(draft, call)


def _is_of_task(draft: FlowFileDraft, call: ast.Call) -> bool:
    """Return whether a task of this file, or a method of one, is called."""
    called = call.func.value if isinstance(call.func, ast.Attribute) else call.func
    return is_known(draft, called) and called in draft.module.uses(getattr(called, "id", ""))


def is_task(draft: FlowFileDraft, node: ast.expr) -> bool:
    """Return whether an expression is a task, or an imported name that may be one."""
    if isinstance(node, ast.Name):
        imported = draft.names.imported.get(node.id, "")
        return node.id in draft.tasks or bool(imported and not imported.startswith("prefect."))
    if isinstance(node, ast.Attribute):
        return bool(draft.names.of(node)) and not draft.names.of(node).startswith("prefect.")
    return isinstance(node, ast.Call) and draft.names.called(node) == "prefect.task"


def _convert_call(draft: FlowFileDraft, call: ast.Call) -> None:
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if method in _GRAPH and not draft.names.of(call.func):
        _leave_dependency(draft, call, method)
        return
    if method == "map" and isinstance(call.func, ast.Attribute) and _maps(draft, call.func.value):
        if any(_is_text(each) for each in _values(call)):
            text = (
                "Prefect 1 mapped over the characters of a string. Write `unmapped(…)` around it, or a list."
            )
            draft.todo(call, "p1-map", text)
        if not _has_mapped(draft, call):
            if _repeat(draft, call):
                return
            text = "Only a dependency is mapped. Map over a value, or call the task once for each item."
            draft.todo(call, "p1-map", text)
        if call not in draft.unresolved:
            draft.edits.insert(draft.edits.end(call), ".result()")
    elif method == "run" and isinstance(call.func, ast.Attribute) and is_known(draft, call.func.value):
        draft.edits.replace(draft.edits.end(call.func) - 3, draft.edits.end(call.func), "fn")
    elif method != "map" and has_mark(draft, call, "prefect.mapped"):
        _map(draft, call)
    _convert_own_arguments(draft, call)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes))
    )


def has_mark(draft: FlowFileDraft, call: ast.Call, name: str) -> bool:
    """Return whether an argument of *call* is wrapped in the function of Prefect *name*."""
    return any(draft.names.called(each) == name for each in _values(call))


def _map(draft: FlowFileDraft, call: ast.Call) -> None:
    """Convert `t(mapped(x), y)` to `t.map(x, unmapped(y))`."""
    given = [each for each in _values(call) if draft.names.called(each) == "prefect.mapped"]
    values = [argument(each, "value", 0) for each in given if isinstance(each, ast.Call)]
    if not is_task(draft, call.func) or any(each.arg in ("upstream_tasks", *_OWN) for each in call.keywords):
        return  # `library` leaves it
    is_open = any(isinstance(each, ast.Starred) for each in call.args) or any(
        each.arg is None for each in call.keywords
    )
    if is_open or any(value is None or _is_text(value) for value in values):
        return
    for mark, value in zip(given, values, strict=True):
        assert value is not None
        draft.edits.replace(draft.edits.start(mark), draft.edits.start(value), "")
        draft.edits.replace(draft.edits.end(value), draft.edits.end(mark), "")
    for each in _values(call):
        if draft.names.called(each) not in ("prefect.mapped", "prefect.unmapped"):
            draft.edits.insert(draft.edits.start(each), f"{draft.want('prefect', 'unmapped')}(")
            draft.edits.insert(draft.edits.end(each), ")")
    draft.edits.insert(draft.edits.end(call.func), ".map")
    draft.edits.insert(draft.edits.end(call), ".result()")


def _values(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(each.value for each in call.keywords)]


def _leave_dependency(draft: FlowFileDraft, call: ast.Call, method: str) -> None:
    statement = draft.module.statement(call)
    is_said = statement in draft.added or statement in draft.moved.values()
    if not is_said and not draft.edits.is_removed(statement):
        text = f"`{method}` is gone. Pass the results, or `wait_for=[…]`, to the call."
        draft.todo(call, "p1-dependency", text)


def _convert_own_arguments(draft: FlowFileDraft, call: ast.Call) -> None:
    """Convert the arguments that Prefect reserved."""
    for each in call.keywords:
        if each.arg == "upstream_tasks":
            _wait_for(draft, each)
        elif each.arg == "task_args" and (options := task_options(draft, each)) is not None:
            draft.edits.insert(draft.edits.end(_called(call)), f".with_options({options})")
            draft.edit_arguments(call, {each: None})
        elif each.arg in _OWN and is_known(draft, _called(call)):
            draft.todo(call, "p1-dependency", f"`{each.arg}` is not an argument of tasks. {_OWN[each.arg]}")


def task_options(draft: FlowFileDraft, given: ast.keyword) -> str | None:
    """Return the options of a call as arguments of `with_options`; None if they are computed."""
    if isinstance(given.value, ast.Dict):
        keys = [key.value if isinstance(key, ast.Constant) else None for key in given.value.keys]
        pairs = list(zip(keys, given.value.values, strict=True))
    elif isinstance(given.value, ast.Call) and not given.value.args:
        pairs = [(each.arg, each.value) for each in given.value.keywords]
    else:
        return None
    if any(key not in ("name", "tags") for key, _ in pairs):
        return None
    return ", ".join(f"{key!s}={draft.edits.source(value)}" for key, value in pairs)


def _called(call: ast.Call) -> ast.expr:
    is_map = isinstance(call.func, ast.Attribute) and call.func.attr == "map"
    return call.func.value if is_map and isinstance(call.func, ast.Attribute) else call.func


def is_known(draft: FlowFileDraft, node: ast.expr) -> bool:
    """Return whether an expression is a task of this file."""
    return isinstance(node, ast.Name) and node.id in draft.tasks


def _maps(draft: FlowFileDraft, node: ast.expr) -> bool:
    return is_task(draft, node) or (isinstance(node, ast.Call) and is_task(draft, node.func))


def _has_mapped(draft: FlowFileDraft, call: ast.Call) -> bool:
    """Return whether an argument of `.map` is mapped over."""
    own = ("upstream_tasks", *_OWN)
    values = [*call.args, *(each.value for each in call.keywords if each.arg not in own)]
    return any(draft.names.called(each) != "prefect.unmapped" for each in values)


def _repeat(draft: FlowFileDraft, call: ast.Call) -> bool:
    """Call a task once for each item of its only dependency; return whether that is possible."""
    assert isinstance(call.func, ast.Attribute)
    waits = next((each for each in call.keywords if each.arg == "upstream_tasks"), None)
    others = [each for each in call.keywords if each is not waits]
    is_known_all = all(each.arg and each.arg not in _OWN for each in others) and not call.args
    if waits is None or not is_known_all or call in draft.unresolved or draft.submits:
        return False
    if not isinstance(waits.value, ast.List) or len(waits.value.elts) != 1:
        return False
    items = waits.value.elts[0]
    is_result = isinstance(items, ast.Name) or (isinstance(items, ast.Call) and is_task(draft, items.func))
    marks = [each.value for each in others if isinstance(each.value, ast.Call)]
    if not is_result or any(len(each.args) != 1 or each.keywords for each in marks):
        return False
    taken = [
        f"{each.arg}={draft.edits.source(mark.args[0])}" for each, mark in zip(others, marks, strict=True)
    ]
    called = "()" if is_known(draft, items) and not _is_set(draft, items) else ""
    start = draft.edits.source(call.func.value)
    arguments = ", ".join([*taken, "wait_for=[each]"])
    text = f"{start}.submit({arguments}) for each in {draft.edits.take(items)}{called}"
    draft.edits.replace_node(call, f"[each.result() for each in [{text}]]")
    return True


def _is_set(draft: FlowFileDraft, name: ast.expr) -> bool:
    """Return whether a flow sets a name to the result of a task."""
    return any(
        isinstance(node, ast.Name)
        and isinstance(node.ctx, ast.Store)
        and node.id == getattr(name, "id", "")
        and not draft.makes_task(draft.module.statement(node))
        for flow in draft.flows
        for node in flow.nodes
    )


def _wait_for(draft: FlowFileDraft, option: ast.keyword) -> None:
    start = draft.edits.start(option)
    draft.edits.replace(start, start + len("upstream_tasks"), "wait_for")
    for node in ast.walk(option.value):
        if (
            draft.names.called(node) == "prefect.unmapped"
            and isinstance(node, ast.Call)
            and len(node.args) == 1
        ):
            draft.edits.replace(draft.edits.start(node), draft.edits.start(node.args[0]), "")
            draft.edits.replace(draft.edits.end(node.args[0]), draft.edits.end(node), "")


def _flatten(draft: FlowFileDraft, call: ast.Call) -> None:
    inner = call.args[0]
    draft.edits.replace(draft.edits.start(call), draft.edits.start(inner), "[item for items in ")
    draft.edits.replace(draft.edits.end(inner), draft.edits.end(call), " for item in items]")
