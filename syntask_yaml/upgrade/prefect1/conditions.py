"""`case` as `if`."""

from __future__ import annotations

import ast

from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft, Prefect1Flow
from syntask_yaml.upgrade.prefect1.edges import is_uncalled
from syntask_yaml.upgrade.prefect1.names import bound_names
from syntask_yaml.upgrade.prefect1.uncalled import names_uncalled

_SKIPPED = "Prefect 1 skipped what depends on a branch that did not run. Guard it with a condition."


def convert_conditions(draft: FlowFileDraft) -> None:
    """Convert every `with case(value, wanted):` of a flow."""
    for flow in draft.flows:
        for node in flow.nodes:
            if (
                isinstance(node, ast.With)
                and draft.names.called(node.items[0].context_expr) == "prefect.case"
            ):
                _convert_case(draft, flow, node)


def _convert_case(draft: FlowFileDraft, flow: Prefect1Flow, node: ast.With) -> None:
    call = node.items[0].context_expr
    assert isinstance(call, ast.Call)
    if len(node.items) != 1 or len(call.args) != 2 or call.keywords or node.items[0].optional_vars:
        draft.todo(node, "p1-case", "Write `if … == …:`.")
        return
    if is_uncalled(draft, flow, call.args[0]):
        _convert_uncalled(draft, flow, node, call)
        return
    if any(names_uncalled(draft, flow, each) for each in call.args):
        draft.todo(
            node, "p1-case", "It compares with a task that is not called. Call it in front of the branches."
        )
        return
    value, wanted = (_operand(draft, each) for each in call.args)
    draft.edits.replace(draft.edits.start(node), draft.edits.end(call), f"if {value} == {wanted}")
    inside = set(draft.module.inside(node))
    flow_nodes = set(flow.nodes)
    for name in dict.fromkeys(name for each in node.body for name in bound_names(each)):
        for use in (each for each in draft.module.uses(name, flow.scope) if each in flow_nodes):
            after = draft.edits.start(use) > draft.edits.end(node)
            if (
                use not in inside
                and use not in draft.merged
                and after
                and not _is_set_between(draft, flow, node, use)
            ):
                draft.todo(use, "p1-case", f"`{name}` is only set in a branch. {_SKIPPED}")


def _convert_uncalled(draft: FlowFileDraft, flow: Prefect1Flow, node: ast.With, call: ast.Call) -> None:
    """Call an uncalled task in the condition, if nothing else uses its result."""
    task = call.args[0]
    assert isinstance(task, ast.Name)
    if flow.reads(task.id) > 1 or node not in flow.body or draft.names.imported.get(task.id):
        text = f"`{task.id}` is not called. Call it before the branches, and compare its result."
        draft.todo(node, "p1-case", text)
        return
    draft.edits.replace(
        draft.edits.start(node), draft.edits.end(call), f"if {task.id}() == {_operand(draft, call.args[1])}"
    )


def _operand(draft: FlowFileDraft, node: ast.expr) -> str:
    text = draft.edits.take(node)
    is_plain = isinstance(node, (ast.Name, ast.Constant, ast.Call, ast.Attribute, ast.Subscript))
    return text if is_plain else f"({text})"


def _is_set_between(draft: FlowFileDraft, flow: Prefect1Flow, block: ast.With, use: ast.Name) -> bool:
    """Return whether the name is set again before *use*, in its own block."""
    places = [use, *draft.module.parents(use)]
    for each in flow.nodes:
        if not (isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store) and each.id == use.id):
            continue
        statement = draft.module.statement(each)
        start = draft.edits.start(statement)
        if draft.edits.end(block) < start < draft.edits.start(draft.module.statement(use)):
            return draft.module.parent(statement) in places
    return False
