"""The flows of a file, and the names of their functions."""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from itertools import chain, count

from syntask_yaml.upgrade.prefect1.call_arguments import argument, known
from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft, Prefect1Flow
from syntask_yaml.upgrade.prefect1.flow_classes import makes_flow, own_class
from syntask_yaml.upgrade.prefect1.flow_factories import find_factory_call
from syntask_yaml.upgrade.python_tree import children

# The positional arguments of `Flow`.
_POSITIONS = ("name", "schedule", "executor", "run_config", "storage", "tasks", "edges", "reference_tasks")
_NAMED = frozenset("environment state_handlers on_failure validate result terminal_state_handler".split())


def find_flows(draft: FlowFileDraft) -> None:
    """Add the flows of the file to *draft*; unsupported forms are left."""
    calls = [call for call in draft.module.calls if makes_flow(draft.module, call)]
    for call in sorted(calls, key=draft.edits.start):
        flow = _of_block(draft, call) or _of_assignment(draft, call)
        own = own_class(draft.module, call)
        if flow is None or _has_open_arguments(call) or _is_global(flow) or (own and len(call.args) > 1):
            text = "This way of building a flow is not converted. Write a function with `@flow`."
            draft.todo(call, "p1-flow", text)
            continue
        flow.nodes = draft.module.inside(*flow.body)
        flow.factory_call = find_factory_call(draft, flow)
        draft.flows.append(flow)
        if own:
            _leave_own_class(draft, flow, own)
        _note_options(flow)
    for flow in draft.flows:
        flow.name = _name(draft, flow)
        _check_name(draft, flow)
        flow.is_named_elsewhere = not flow.is_renamed and _is_of_import(draft, flow)
        flow.function = _function(draft, flow)


def _is_global(flow: Prefect1Flow) -> bool:
    """Return whether the variable belongs to another scope than the one that sets it."""
    declared = (each for each in ast.walk(flow.scope) if isinstance(each, (ast.Global, ast.Nonlocal)))
    return not isinstance(flow.scope, ast.Module) and any(flow.variable in each.names for each in declared)


def _has_open_arguments(call: ast.Call) -> bool:
    return any(isinstance(each, ast.Starred) for each in call.args) or any(
        each.arg is None for each in call.keywords
    )


def _of_block(draft: FlowFileDraft, call: ast.Call) -> Prefect1Flow | None:
    """Return the flow of `with Flow(…) as flow:`."""
    item = draft.module.parent(call)
    block = draft.module.parent(item) if isinstance(item, ast.withitem) else None
    if not (isinstance(block, ast.With) and isinstance(item, ast.withitem) and len(block.items) == 1):
        return None
    target = item.optional_vars
    if not (target is None or isinstance(target, ast.Name)) or _leaves(block):
        return None
    variable = target.id if target is not None else ""
    return Prefect1Flow(block, call, block, variable, draft.module.scope(block))


def _of_assignment(draft: FlowFileDraft, call: ast.Call) -> Prefect1Flow | None:
    """Return the flow of `flow = Flow(…)`, with an optional `with flow:`."""
    assignment = draft.module.parent(call)
    if not (
        isinstance(assignment, ast.Assign)
        and len(assignment.targets) == 1
        and isinstance(assignment.targets[0], ast.Name)
    ):
        return None
    variable = assignment.targets[0].id
    blocks = [
        node
        for use in draft.module.uses(variable, draft.module.scope(assignment))
        if isinstance(item := draft.module.parent(use), ast.withitem)
        and isinstance(node := draft.module.parent(item), ast.With)
    ]
    if len(blocks) > 1 or any(_leaves(block) or len(block.items) > 1 for block in blocks):
        return None
    block = blocks[0] if blocks else None
    return Prefect1Flow(assignment, call, block, variable, draft.module.scope(assignment))


def _leaves(block: ast.With) -> bool:
    """Return whether the block returns or yields, which would mean something else in a function."""
    waiting: list[ast.AST] = [*block.body]
    for node in waiting:
        if node.__class__ in _EXITS:
            return True
        if node.__class__ not in _OTHER_SCOPES:
            waiting += children(node)
    return False


_EXITS = frozenset({ast.Return, ast.Yield, ast.YieldFrom, ast.Await, ast.Nonlocal, ast.Global})
_OTHER_SCOPES = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef})


def _leave_own_class(draft: FlowFileDraft, flow: Prefect1Flow, name: str) -> None:
    """Leave a subclass that does more than Prefect's, and its arguments that flows lack."""
    added = [each for each in flow.call.keywords if not _is_option(each)]
    flow.own_options = frozenset(each.arg for each in added if each.arg)
    text = f"The class `{name}` is not converted, only the behavior of `prefect.Flow`."
    given = f" with `{', '.join(map(draft.text, added))}`" if added else ""
    draft.todo(flow.call, "p1-flow", f"{text} Write its additions{given} as hooks or options of `@flow`.")


def _is_option(option: ast.keyword) -> bool:
    return option.arg in _POSITIONS or option.arg in _NAMED


def _note_options(flow: Prefect1Flow) -> None:
    for position, name in enumerate(_POSITIONS[1:], 1):
        if len(flow.call.args) > position:
            flow.options[name] = flow.call.args[position], flow.definition
    for each in flow.call.keywords:
        if each.arg and each.arg != "name" and each.arg not in flow.own_options:
            flow.options[each.arg] = each.value, flow.definition


def name_argument(flow: Prefect1Flow) -> ast.expr | None:
    """Return the argument that names the flow."""
    return argument(flow.call, "name", 0)


def _name(draft: FlowFileDraft, flow: Prefect1Flow) -> str | None:
    found = known(draft.module, name_argument(flow))
    return found if isinstance(found, str) else None


# Characters that Prefect 3 forbids in names of flows.
_BANNED = re.compile("[/%&<>]")


def _is_of_import(draft: FlowFileDraft, flow: Prefect1Flow) -> bool:
    """Return whether the name of a flow depends on imports."""
    node = name_argument(flow)
    return node is not None and any(draft.names.of(each) for each in ast.walk(node))


def _check_name(draft: FlowFileDraft, flow: Prefect1Flow) -> None:
    """Replace a name that Prefect 3 forbids."""
    if flow.name is None and _BANNED.search(_constant_parts(flow)):
        draft.todo(flow.call, "p1-flow", "The name of the flow has one of / % & < >. Choose another name.")
    elif flow.name is not None and _BANNED.search(flow.name):
        flow.is_renamed = True
        old, flow.name = flow.name, without_banned(flow.name)
        text = f"The flow `{old}` is now `{flow.name}`, because names of flows have none of / % & < >."
        draft.note(flow.call, "p1-flow", text, "Update code that finds its runs by name.")


def without_banned(name: str) -> str:
    """Return the *name* of a flow without characters that Prefect 3 forbids."""
    return _BANNED.sub("-", name)


def _function(draft: FlowFileDraft, flow: Prefect1Flow) -> str:
    """Return an unused name for the function."""
    taken = _taken(draft) | {each.function for each in draft.flows}
    variable = flow.variable if flow.variable not in ("flow", "f", "") else ""
    wanted = identifier(flow.name or _constant_parts(flow)) or variable or "main_flow"
    candidates = chain((wanted, f"{wanted}_flow"), (f"{wanted}_{number}" for number in count(2)))
    return next(each for each in candidates if each not in taken and not keyword.iskeyword(each))


def _taken(draft: FlowFileDraft) -> set[str]:
    own = {name for each in draft.flows for name in each.variables if name != "flow"}
    module = draft.module
    return ((module.bound | module.read | draft.names.imported.keys()) - own) | _ALWAYS_TAKEN


_ALWAYS_TAKEN = frozenset({"flow", "task", *dir(builtins)})


def _constant_parts(flow: Prefect1Flow) -> str:
    node = name_argument(flow)
    parts = node.values if isinstance(node, ast.JoinedStr) else []
    return " ".join(str(part.value) for part in parts if isinstance(part, ast.Constant))


def identifier(text: str) -> str:
    """Return *text* as a Python identifier; empty if no character of it is valid."""
    name = re.sub(r"\W+", "_", text.lower()).strip("_")
    return f"flow_{name}" if name[:1].isdigit() else name
