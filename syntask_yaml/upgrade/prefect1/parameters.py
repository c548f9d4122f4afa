"""`Parameter` as a parameter of the flow's function."""

from __future__ import annotations

import ast
import keyword
import re

from syntask_yaml.upgrade.prefect1.call_arguments import argument
from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft, Prefect1Flow
from syntask_yaml.upgrade.prefect1.edges import graph_statements
from syntask_yaml.upgrade.prefect1.flows import identifier
from syntask_yaml.upgrade.prefect1.names import bound_names

_DATES = "prefect.DateTimeParameter"
PARAMETERS = frozenset({"prefect.Parameter", _DATES})


def convert_parameters(draft: FlowFileDraft) -> None:
    """Convert parameters that are created in flows, or outside and used in flows."""
    for flow in draft.flows:
        for node in flow.nodes:
            if draft.names.called(node) in PARAMETERS and isinstance(node, ast.Call):
                _convert_inside(draft, flow, node)
    inside = {node for flow in draft.flows for node in flow.nodes}
    for call in draft.module.calls:
        if draft.names.called(call) in PARAMETERS and call not in inside:
            _convert_outside(draft, call)


def _convert_inside(draft: FlowFileDraft, flow: Prefect1Flow, call: ast.Call) -> None:
    if _is_unused(draft, flow, call):
        text = "The parameter is omitted: no task used it, so Prefect 1 did not have it either."
        draft.note(call, "p1-parameter", text)
        draft.edits.remove(draft.module.statement(call))
        return
    if any(_makes_task_with(draft, use) for use in _uses(draft, flow, call)):
        text = "A task got the parameter at its creation, without the value. Pass the parameter to the call."
        draft.todo(call, "p1-parameter", text)
        return
    name = _declare(draft, flow, call)
    if name is None:
        return
    statement = draft.module.statement(call)
    target = _target(statement, call)
    if target == name or (isinstance(statement, ast.Expr) and statement.value is call):
        draft.edits.remove(statement)
        return
    if _is_taken(draft, flow, name, call):
        text = f"Another variable in the flow has the name of the parameter `{name}`. Rename that variable."
        draft.todo(statement, "p1-parameter", text)
        return
    draft.edits.replace_node(call, name)


def _is_unused(draft: FlowFileDraft, flow: Prefect1Flow, call: ast.Call) -> bool:
    """Return whether a parameter is created and not used."""
    statement = draft.module.statement(call)
    variable = _target(statement, call)
    is_alone = isinstance(statement, ast.Expr) and statement.value is call
    return is_alone or bool(variable and not draft.module.uses(variable, flow.scope))


def _uses(draft: FlowFileDraft, flow: Prefect1Flow, call: ast.Call) -> list[ast.expr]:
    """Return the creation of the parameter, or the reads of its variable."""
    variable = _target(draft.module.statement(call), call)
    return [*draft.module.uses(variable, flow.scope)] if variable else [call]


def _makes_task_with(draft: FlowFileDraft, use: ast.expr) -> bool:
    """Return whether *use* is an argument of an expression that creates a task."""
    outer = draft.module.parent(use)
    made = draft.module.parent(outer) if isinstance(outer, ast.keyword) else outer
    return isinstance(made, ast.Call) and use is not made.func and draft.makes_task_of(made)


def _convert_outside(draft: FlowFileDraft, call: ast.Call) -> None:
    statement = draft.module.statement(call)
    variable = _target(statement, call)
    counts = {flow: flow.reads(variable) + _count_in_graph(draft, flow, variable) for flow in draft.flows}
    users = [flow for flow, count in counts.items() if variable and count]
    if not users or sum(counts.values()) != len(draft.module.uses(variable)):
        text = "Make this a parameter of the functions of the flows that use it."
        draft.todo(call, "p1-parameter", text)
        return
    for flow in users:
        name = _declare(draft, flow, call)
        if name is None:
            return
        if name != variable:
            flow.first_lines.append(f"{variable} = {name}")
    draft.parameters.add(variable)
    draft.edits.remove(statement)


def _target(statement: ast.stmt, call: ast.Call) -> str:
    """Return the variable that a statement sets to *call* only."""
    if isinstance(statement, ast.Assign) and statement.value is call and len(statement.targets) == 1:
        target = statement.targets[0]
        return target.id if isinstance(target, ast.Name) else ""
    return ""


def _count_in_graph(draft: FlowFileDraft, flow: Prefect1Flow, name: str) -> int:
    """Return how often the graph of a flow without a block reads *name*."""
    statements = graph_statements(draft, flow) if flow.block is None else []
    nodes = (node for statement in statements for node in ast.walk(statement))
    return sum(isinstance(node, ast.Name) and node.id == name for node in nodes)


def _is_taken(draft: FlowFileDraft, flow: Prefect1Flow, name: str, call: ast.Call) -> bool:
    """Return whether *name* has another meaning in the flow: a global, or an earlier assignment."""
    stored = [
        draft.edits.start(node)
        for node in flow.nodes
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)
    ]
    if stored:
        return min(stored) < draft.edits.start(draft.module.statement(call))
    return flow.reads(name) > 0


def _declare(draft: FlowFileDraft, flow: Prefect1Flow, call: ast.Call) -> str | None:
    """Declare a parameter of the flow's function, and return its name; None if that is impossible."""
    given = argument(call, "name", 0)
    if not (isinstance(given, ast.Constant) and isinstance(given.value, str)):
        draft.todo(call, "p1-parameter", "The name of the parameter is computed. Write it out.")
        return None
    default = _default(call, is_date=draft.names.called(call) == _DATES)
    written = _written(draft, flow, default) if default is not None else ""
    if written is None:
        draft.todo(call, "p1-parameter", "The default is computed in the flow. Compute it in the function.")
        return None
    name = _name(draft, flow, given.value, call)
    text = f"{name}{_annotation(draft, call)}"
    if written:
        text += f" = {written}" if ":" in text else f"={written}"
    if flow.parameters.get(given.value, text) != text:
        draft.todo(call, "p1-parameter", "The flow makes this parameter in several ways. Decide on one.")
        return None
    flow.parameters[given.value] = text
    return name


def _name(draft: FlowFileDraft, flow: Prefect1Flow, old: str, call: ast.Call) -> str:
    if old.isidentifier() and not is_refused(old):
        return old
    name = old if old.isidentifier() else identifier(old)
    name = name.lstrip("_") or "parameter"
    name = f"{name}_" if is_refused(name) else name
    if flow.renamed.get(old, "") != name:
        flow.renamed[old] = name
        is_python = old.isidentifier() and not keyword.iskeyword(old)
        reason = "Prefect 3 refuses that name" if is_python else "functions need names of Python"
        text = f"The parameter `{old}` is now `{name}`, because {reason}."
        draft.note(call, "p1-parameter", text, "Update the callers that pass it.")
    return name


# Reserved names: Prefect validates parameters with a model that has these attributes.
_REFUSED = re.compile("_.*|model_(config|dump(_json)?|validate(_json|_strings)?)|return_state|wait_for")


def is_refused(name: str) -> bool:
    """Return whether a parameter of a flow cannot have the name."""
    return keyword.iskeyword(name) or _REFUSED.fullmatch(name) is not None


def _default(call: ast.Call, *, is_date: bool) -> ast.expr | None:
    """Return the default; None for a required parameter. Those for dates are required by default."""
    default = argument(call, "default", 1)
    required = argument(call, "required", 2)
    is_set = required.value if isinstance(required, ast.Constant) else None
    if is_set is True or (is_set is None and is_date):
        return None
    return ast.Constant(None) if default is None and is_set is False else default


def _written(draft: FlowFileDraft, flow: Prefect1Flow, default: ast.expr) -> str | None:
    """Return the default as source for the function header; None if it is created in the flow."""
    if not hasattr(default, "lineno"):
        return "None"
    if isinstance(default, ast.Constant):
        return draft.edits.source(default)
    local = _local_names(flow) | draft.tasks
    set_to = default
    if isinstance(default, ast.Name) and default.id in local:
        set_to = _set_to(flow, default.id) or default
    is_known = local.isdisjoint(node.id for node in ast.walk(set_to) if isinstance(node, ast.Name))
    return draft.edits.source(set_to) if is_known else None


def _set_to(flow: Prefect1Flow, name: str) -> ast.expr | None:
    """Return the value of *name* in the flow, if it is set once in a statement of its own."""
    found = [each for each in flow.body if name in bound_names(each)]
    count = sum(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)
        for node in flow.nodes
    )
    if len(found) != 1 or count != 1 or not isinstance(found[0], ast.Assign):
        return None
    return found[0].value if isinstance(found[0].targets[0], ast.Name) else None


def _annotation(draft: FlowFileDraft, call: ast.Call) -> str:
    if draft.names.called(call) != _DATES:
        return ""
    if draft.names.imported.get("datetime") == "datetime":
        return ": datetime.datetime"
    return f": {draft.want('datetime', 'datetime')}"


def _local_names(flow: Prefect1Flow) -> set[str]:
    return {name for each in flow.body for name in bound_names(each)}
