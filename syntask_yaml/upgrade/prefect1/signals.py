"""Signals of tasks: one that fails the task is an exception today, one that ends it well returns its result.

A signal was no `Exception`, so `except Exception` did not catch it. One that such a handler would catch now
is left to the owner of the file.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft
from syntask_yaml.upgrade.prefect1.module import Function, keyword

_FAIL = frozenset({"prefect.engine.signals.FAIL", "prefect.signals.FAIL"})
_SUCCESS = frozenset({"prefect.engine.signals.SUCCESS", "prefect.signals.SUCCESS"})
_ERROR = "RuntimeError"


def convert_signals(draft: FlowFileDraft) -> None:
    """Every `raise signals.FAIL(…)` and `SUCCESS(…, result=…)` that ends its task."""
    for node in draft.module.nodes:
        if isinstance(node, ast.Raise) and node.exc is not None and _ends_task(draft, node):
            _convert(draft, node.exc)
            _convert_success(draft, node, node.exc)


def _convert(draft: FlowFileDraft, raised: ast.expr) -> None:
    if draft.names.of(raised) in _FAIL:
        draft.edits.replace_node(raised, _ERROR)
    elif isinstance(raised, ast.Call) and draft.names.called(raised) in _FAIL:
        message = _message(raised)
        if message is not None:
            draft.edits.replace_node(raised.func, _ERROR)
            if raised.keywords:
                draft.edits.replace_node(raised.keywords[0], draft.edits.source(message))


def _convert_success(draft: FlowFileDraft, statement: ast.Raise, raised: ast.expr) -> None:
    """A success returns its result; the result of one that has none is the signal."""
    if not isinstance(raised, ast.Call) or draft.names.called(raised) not in _SUCCESS:
        return
    result = keyword(raised, "result")
    is_plain = all(each.arg in ("message", "result") for each in raised.keywords) and len(raised.args) <= 1
    if result is not None and is_plain and not _is_generator(draft, statement):
        draft.edits.replace_node(statement, f"return {draft.edits.take(result)}")


def _is_generator(draft: FlowFileDraft, statement: ast.Raise) -> bool:
    scope = draft.module.scope(statement)
    yields = (each for each in draft.module.inside(scope) if isinstance(each, (ast.Yield, ast.YieldFrom)))
    return any(draft.module.scope(each) is scope for each in yields)


def _message(call: ast.Call) -> ast.expr | None:
    """The only argument; None if there are others, which an exception does not take."""
    given = [*call.args, *(each.value for each in call.keywords if each.arg == "message")]
    is_all = len(given) == len(call.args) + len(call.keywords) and len(given) <= 1
    if not is_all or any(isinstance(each, ast.Starred) for each in given):
        return None
    return given[0] if given else ast.Constant(None)


def _ends_task(draft: FlowFileDraft, statement: ast.Raise) -> bool:
    """Whether what is raised leaves a task, and nothing in the file catches it."""
    inner: ast.AST = statement
    for outer in draft.module.parents(statement):
        if isinstance(outer, Function):
            return _is_task(draft, outer)
        if isinstance(outer, (ast.Try, ast.With)) and inner in _guarded(outer):
            return False
        inner = outer
    return False


def _guarded(node: ast.Try | ast.With) -> Iterator[ast.AST]:
    """The statements from which *node* could catch an exception."""
    if isinstance(node, ast.Try):
        yield from node.body if node.handlers else ()
    elif any("suppress" in ast.unparse(each.context_expr) for each in node.items):
        yield from node.body


def _is_task(draft: FlowFileDraft, function: Function) -> bool:
    """Whether only Prefect calls *function*."""
    outer = draft.module.parent(function)
    if isinstance(outer, ast.ClassDef):
        return function.name == "run" and outer.name in draft.classes
    uses = draft.module.uses(function.name)
    is_run = any(getattr(draft.module.parent(use), "attr", "") == "run" for use in uses)
    return function.name in draft.tasks and outer is draft.module.tree and not is_run
