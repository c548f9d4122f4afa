"""Signals of tasks: one that fails the task becomes an exception, one that ends it successfully a return.

Signals were no `Exception`, so `except Exception` did not catch them. A signal that a handler would catch now
is left. So is one that skips a task with possible dependents, because Prefect 3 does not skip them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from syntask_yaml.upgrade.prefect1.call_arguments import keyword
from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft
from syntask_yaml.upgrade.prefect1.node_index import Function

_MODULES = ("prefect.engine.signals", "prefect.signals")
# Signals that fail a task, which is retried if it has retries.
_FAIL = frozenset(
    f"{module}.{name}" for module in _MODULES for name in ("FAIL", "TRIGGERFAIL", "VALIDATIONFAIL")
)
_SUCCESS = frozenset(f"{module}.SUCCESS" for module in _MODULES)
_SKIP = frozenset(f"{module}.SKIP" for module in _MODULES)
# Signals that end a task in a state, regardless of retries.
_END = frozenset(f"{module}.ENDRUN" for module in _MODULES)
_FAILED, _SKIPPED = "prefect.engine.state.Failed", "prefect.engine.state.Skipped"
_ERROR, _SKIPPED_NAME = "RuntimeError", "Skipped"


def convert_signals(draft: FlowFileDraft) -> None:
    """Convert every signal to code that ends its task in the same way."""
    for node in draft.module.of_kind(ast.Raise):
        if node.exc is not None:
            task = _ended_task(draft, node)
            if task is not None:
                _convert(draft, node, node.exc, task)


def _convert(draft: FlowFileDraft, statement: ast.Raise, raised: ast.expr, task: Function) -> None:
    name = draft.names.called(raised) or draft.names.of(raised)
    call = raised if isinstance(raised, ast.Call) else None
    if name in _FAIL:
        _fail(draft, raised, call)
    elif name in _SUCCESS:
        _succeed(draft, statement, call, task)
    elif name in _SKIP:
        _complete(draft, statement, call, task, _SKIPPED_NAME)
    elif name in _END and call is not None:
        _end(draft, statement, call, task)


def _fail(draft: FlowFileDraft, raised: ast.expr, call: ast.Call | None) -> None:
    """Convert a failure to an exception with the same message; *call* creates the signal or the state."""
    if call is None:
        draft.edits.replace_node(raised, _ERROR)
        return
    message = _message(call)
    if message is not None:
        draft.edits.replace_node(call.func, _ERROR)
        if call.keywords:
            draft.edits.replace_node(call.keywords[0], draft.edits.source(message))


def _succeed(draft: FlowFileDraft, statement: ast.Raise, call: ast.Call | None, task: Function) -> None:
    """Convert a success to a return of its result, or to a completed state if it has none."""
    result = keyword(call, "result") if call is not None else None
    if call is None or result is None:
        _complete(draft, statement, call, task)
        return
    is_plain = all(each.arg in ("message", "result") for each in call.keywords) and len(call.args) <= 1
    if is_plain and not _is_generator(draft, statement):
        draft.edits.replace_node(statement, f"return {draft.edits.take(result)}")


def _complete(
    draft: FlowFileDraft, statement: ast.Raise, call: ast.Call | None, task: Function, name: str = ""
) -> None:
    """Convert a skip of a task without dependents to a completed state with the message."""
    message = ast.Constant(None) if call is None else _message(call)
    if message is None or _is_generator(draft, statement) or not _is_last(draft, task):
        return
    state = draft.want("prefect.states", "Completed")
    written = [f'name="{name}"'] if name else []
    if call is not None and (call.args or call.keywords):
        written.append(f"message={draft.edits.take(message)}")
    draft.edits.replace_node(statement, f"return {state}({', '.join(written)})")


def _end(draft: FlowFileDraft, statement: ast.Raise, call: ast.Call, task: Function) -> None:
    """Convert a raised state, `ENDRUN(state=Failed("…"))`, like the signal of that state."""
    given = [*call.args, *(each.value for each in call.keywords if each.arg == "state")]
    state = given[0] if len(given) == len(call.args) + len(call.keywords) == 1 else None
    kind = draft.names.called(state)
    if not isinstance(state, ast.Call):
        return
    if kind == _SKIPPED:
        _complete(draft, statement, state, task, _SKIPPED_NAME)
    elif kind == _FAILED and _message(state) is not None and not _may_be_retried(draft, task):
        _fail(draft, state, state)
        draft.edits.replace_node(call, draft.edits.take(state))


def _message(call: ast.Call) -> ast.expr | None:
    """Return the only argument; None if there are others, which an exception does not accept."""
    given = [*call.args, *(each.value for each in call.keywords if each.arg == "message")]
    is_all = len(given) == len(call.args) + len(call.keywords) and len(given) <= 1
    if not is_all or any(isinstance(each, ast.Starred) for each in given):
        return None
    return given[0] if given else ast.Constant(None)


def _is_generator(draft: FlowFileDraft, statement: ast.Raise) -> bool:
    scope = draft.module.scope(statement)
    yields = (each for each in draft.module.inside(scope) if isinstance(each, (ast.Yield, ast.YieldFrom)))
    return any(draft.module.scope(each) is scope for each in yields)


def _is_last(draft: FlowFileDraft, task: Function) -> bool:
    """Return whether the flows of the file call *task*, and neither use its result nor wait for it."""
    bodies = {node for flow in draft.flows for node in flow.nodes}
    uses = draft.module.uses(task.name) if draft.module.parent(task) is draft.module.tree else []
    return bool(uses) and all(use in bodies and _is_statement(draft, use) for use in uses)


def _is_statement(draft: FlowFileDraft, use: ast.Name) -> bool:
    """Return whether a statement only calls or maps it, and sets at most an unread name."""
    outer = draft.module.parent(use)
    called = outer if isinstance(outer, ast.Attribute) and outer.attr == "map" else use
    call = draft.module.parent(called)
    if not (isinstance(call, ast.Call) and call.func is called):
        return False
    match draft.module.parent(call):
        case ast.Expr():
            return True
        case ast.Assign(targets=[ast.Name(id=name)]) as statement:
            return not draft.module.uses(name, draft.module.scope(statement))
    return False


def _may_be_retried(draft: FlowFileDraft, task: Function) -> bool:
    """Return whether *task* has retries, at its definition or at a call."""
    decorators = draft.module.inside(*task.decorator_list)
    calls = (draft.module.parent(use) for use in draft.module.uses(task.name))
    options = [each for call in calls if isinstance(call, ast.Call) for each in call.keywords]
    given = [*(each for each in decorators if isinstance(each, ast.keyword)), *options]
    is_copied = any(
        getattr(draft.module.parent(use), "attr", "") == "copy" for use in draft.module.uses(task.name)
    )
    in_class = isinstance(draft.module.parent(task), ast.ClassDef)
    return in_class or is_copied or any(each.arg in (None, "max_retries", "task_args") for each in given)


def _ended_task(draft: FlowFileDraft, statement: ast.Raise) -> Function | None:
    """Return the task that the raised signal ends, if no code in the file catches it."""
    inner: ast.AST = statement
    for outer in draft.module.parents(statement):
        if isinstance(outer, Function):
            return outer if _is_task(draft, outer) else None
        if isinstance(outer, (ast.Try, ast.With)) and inner in _guarded(outer):
            return None
        inner = outer
    return None


def _guarded(node: ast.Try | ast.With) -> Iterator[ast.AST]:
    """Yield the statements from which *node* could catch an exception."""
    if isinstance(node, ast.Try):
        yield from node.body if node.handlers else ()
    elif any("suppress" in ast.unparse(each.context_expr) for each in node.items):
        yield from node.body


def _is_task(draft: FlowFileDraft, function: Function) -> bool:
    """Return whether only Prefect calls *function*."""
    outer = draft.module.parent(function)
    if isinstance(outer, ast.ClassDef):
        return function.name == "run" and outer.name in draft.classes
    uses = draft.module.uses(function.name)
    is_run = any(getattr(draft.module.parent(use), "attr", "") == "run" for use in uses)
    return function.name in draft.tasks and outer is draft.module.tree and not is_run
