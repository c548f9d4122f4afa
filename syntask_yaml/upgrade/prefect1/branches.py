"""`ifelse` and `switch` as `if`, and `merge` if one of its branches always runs.

Prefect 1 skipped the consumers of `merge` if no branch ran. So it is only converted if that is impossible.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from syntask_yaml.upgrade.prefect1.call_arguments import argument
from syntask_yaml.upgrade.prefect1.calls import is_known, is_task
from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft, Prefect1Flow
from syntask_yaml.upgrade.prefect1.returns import returns_bool
from syntask_yaml.upgrade.prefect1.uncalled import names_uncalled

# Calls that add no task to a flow.
_NO_TASKS = frozenset({"prefect.Parameter", "prefect.unmapped"})


def convert_branches(draft: FlowFileDraft) -> None:
    """Convert the branches in the body of every flow, with the calls of `merge` that join them."""
    for flow in draft.flows:
        joined = _cases(draft, flow)
        for statement in flow.body:
            is_alone = isinstance(statement, ast.Expr) and draft.edits.is_alone(statement)
            call = statement.value if isinstance(statement, ast.Expr) and is_alone else None
            if isinstance(call, ast.Call) and draft.names.called(call) == "prefect.ifelse":
                joined |= _convert_ifelse(draft, flow, statement, call)
            elif isinstance(call, ast.Call) and draft.names.called(call) == "prefect.switch":
                _convert_switch(draft, flow, statement, call)
        for node in flow.nodes:
            if isinstance(node, ast.Call) and draft.names.called(node) == "prefect.merge":
                _convert_merge(draft, flow, node, joined)


# Names that branches set, by the statement before which they are initialized to None.
Joined = dict[frozenset[str], ast.stmt]


def _cases(draft: FlowFileDraft, flow: Prefect1Flow) -> Joined:
    """Return the names that both `case(x, True)` and `case(x, False)` set, if `x` has one value."""
    found: dict[str, dict[bool, ast.With]] = {}
    for statement in flow.body:
        if not isinstance(statement, ast.With):
            continue
        call = statement.items[0].context_expr
        if isinstance(call, ast.Call) and draft.names.called(call) == "prefect.case" and len(call.args) == 2:
            value, wanted = call.args
            match value, wanted:
                case ast.Name(id=name), ast.Constant(value=bool(answer)):
                    found.setdefault(name, {})[answer] = statement
    joined: Joined = {}
    for name, blocks in found.items():
        made = _only_value(flow, name)
        if len(blocks) == 2 and isinstance(made, ast.Call) and returns_bool(draft.module, made.func):
            first = min(blocks.values(), key=draft.edits.start)
            for one in _set_in(draft, blocks[True]):
                joined |= {frozenset({one, other}): first for other in _set_in(draft, blocks[False])}
    return joined


def _set_in(draft: FlowFileDraft, block: ast.With) -> Iterator[str]:
    """Yield the names that statements of a block set to results of tasks, which only run with the block."""
    for each in block.body:
        match each:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=called)):
                is_map = isinstance(called, ast.Attribute) and called.attr == "map"
                if is_task(draft, called.value if is_map and isinstance(called, ast.Attribute) else called):
                    yield name


def only_set_in(draft: FlowFileDraft, flow: Prefect1Flow, block: ast.With) -> list[str]:
    """Return the names that only a block sets, once, and to the result of a task."""
    return [name for name in _set_in(draft, block) if len(stores(flow, name)) == 1]


def stores(flow: Prefect1Flow, name: str) -> list[ast.Name]:
    """Return the assignments of *name* in the body of a flow."""
    named = (node for node in flow.nodes if isinstance(node, ast.Name) and node.id == name)
    return [node for node in named if isinstance(node.ctx, ast.Store)]


def _assignment(flow: Prefect1Flow, name: str) -> ast.Assign | None:
    """Return the statement of the body that sets *name*, if it is the only one."""
    found = [
        each
        for each in flow.body
        if isinstance(each, ast.Assign) and [getattr(target, "id", "") for target in each.targets] == [name]
    ]
    return found[0] if len(found) == len(stores(flow, name)) == 1 else None


def _only_value(flow: Prefect1Flow, name: str) -> ast.expr | None:
    assignment = _assignment(flow, name)
    return assignment.value if assignment is not None else None


def _convert_ifelse(draft: FlowFileDraft, flow: Prefect1Flow, statement: ast.stmt, call: ast.Call) -> Joined:
    condition, *branches = (
        argument(call, name, position)
        for position, name in enumerate(("condition", "true_task", "false_task"))
    )
    if len(call.args) + len(call.keywords) != len(branches) + 1:
        return {}  # `mapped`
    if condition is None or not _is_result(draft, flow, condition):
        return {}
    nothing = [isinstance(each, ast.Constant) and each.value is None for each in branches]
    if any(nothing) or not all(each is not None and _is_branch(draft, flow, each) for each in branches):
        return {}
    moved = [_assignment(flow, each.id) for each in branches if isinstance(each, ast.Name)]
    indent, newline = draft.edits.indentation(statement), draft.edits.newline
    texts = [_branch(draft, flow, each) for each in branches if each is not None]
    names = [each.id for each in branches if isinstance(each, ast.Name) and _assignment(flow, each.id)]
    none = f"{' = '.join(names)} = None{newline}{indent}" if names else ""
    head = f"{none}if {draft.edits.take(condition)}:{newline}{indent}    {texts[0]}"
    draft.edits.replace_node(statement, f"{head}{newline}{indent}else:{newline}{indent}    {texts[1]}")
    for each in filter(None, moved):
        draft.edits.remove(each)
    return {frozenset(names): statement} if len(names) == 2 else {}


def _convert_switch(draft: FlowFileDraft, flow: Prefect1Flow, statement: ast.stmt, call: ast.Call) -> None:
    condition, cases = argument(call, "condition", 0), argument(call, "cases", 1)
    if not isinstance(condition, ast.Name) or not _is_result(draft, flow, condition):
        return
    if not isinstance(cases, ast.Dict) or len(call.args) + len(call.keywords) != 2:
        return  # computed, or `mapped`
    keys = [key.value for key in cases.keys if isinstance(key, ast.Constant)]
    if not keys or len({*keys}) != len(cases.keys):
        return
    if not all(_is_branch(draft, flow, each) and not _assigned(flow, each) for each in cases.values):
        return
    indent, newline = draft.edits.indentation(statement), draft.edits.newline
    lines: list[str] = []
    for key, each in zip(cases.keys, cases.values, strict=True):
        word = "elif" if lines else "if"
        test = f"{condition.id} == {draft.edits.source(key)}"  # type: ignore[arg-type]
        lines += [f"{word} {test}:", f"    {_branch(draft, flow, each)}"]
    draft.edits.replace_node(statement, f"{newline}{indent}".join(lines))


def _assigned(flow: Prefect1Flow, node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and bool(stores(flow, node.id))


def _is_result(draft: FlowFileDraft, flow: Prefect1Flow, node: ast.expr) -> bool:
    """Return whether a condition is the result of a task or a parameter, and not an uncalled task."""
    if isinstance(node, ast.Name):
        return _assigned(flow, node) or node.id in draft.parameters
    return isinstance(node, ast.Call) and not names_uncalled(draft, flow, node)


def _is_branch(draft: FlowFileDraft, flow: Prefect1Flow, node: ast.expr) -> bool:
    """Return whether a call can be in a branch: only `merge` uses its result."""
    if isinstance(node, ast.Call):
        return _is_whole(draft, flow, node)
    if not isinstance(node, ast.Name):
        return False
    uses = [
        each for each in draft.module.uses(node.id, flow.scope) if each is not node and each in flow.nodes
    ]
    if not stores(flow, node.id):
        return is_known(draft, node) and not uses
    value = _only_value(flow, node.id)
    if not isinstance(value, ast.Call) or not _is_whole(draft, flow, value):
        return False
    taken = (each for each in draft.module.inside(value) if isinstance(each, ast.Name))
    if any(len(stores(flow, each.id)) > 1 for each in taken):
        return False  # later, the name may have another value
    if any(draft.edits.start(each) < draft.edits.start(node) for each in uses):
        return False  # it is no longer set there
    return all(draft.names.called(draft.module.parent(each)) == "prefect.merge" for each in uses)


def _is_whole(draft: FlowFileDraft, flow: Prefect1Flow, call: ast.Call) -> bool:
    """Return whether the arguments of a task are available: their tasks always run, outside of the branch."""
    inner = [each for each in draft.module.inside(call) if isinstance(each, ast.Call) and each is not call]
    is_plain = all(draft.names.called(each) in _NO_TASKS for each in inner)
    return is_plain and is_task(draft, call.func) and not names_uncalled(draft, flow, call)


def _branch(draft: FlowFileDraft, flow: Prefect1Flow, node: ast.expr) -> str:
    assignment = _assignment(flow, node.id) if isinstance(node, ast.Name) else None
    text = draft.edits.take(assignment or node)
    return text if assignment or isinstance(node, ast.Call) else f"{text}()"


def _convert_merge(draft: FlowFileDraft, flow: Prefect1Flow, call: ast.Call, joined: Joined) -> None:
    names = [each.id for each in call.args if isinstance(each, ast.Name)]
    first = joined.get(frozenset(names))
    are_set_once = all(len(stores(flow, name)) == 1 for name in names)
    if first is None or len(names) != 2 or len(call.args) != 2 or call.keywords or not are_set_once:
        return  # `library` leaves it
    if isinstance(first, ast.With):
        indent = draft.edits.indentation(first)
        text = f"{' = '.join(names)} = None{draft.edits.newline}{indent}"
        draft.edits.insert(draft.edits.start(first), text)
    draft.merged |= {*call.args}
    draft.edits.replace_node(call, first_result(names))


def first_result(names: Sequence[str]) -> str:
    """Return an expression for the first of *names* that is not None."""
    return f"next((each for each in ({', '.join(names)}) if each is not None), None)"
