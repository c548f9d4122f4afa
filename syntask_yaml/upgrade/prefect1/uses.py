"""Uses of flows after they are built: runs, registrations, and assignments of options."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping

from syntask_yaml.upgrade.prefect1.call_arguments import keyword
from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft, Prefect1Flow
from syntask_yaml.upgrade.prefect1.flow_factories import runs_of_maker
from syntask_yaml.upgrade.prefect1.static import says_nothing

_GUARD = 'if __name__ == "__main__":'
# Attributes of a run's state: unchanged, or under another name.
_STATE: Mapping[str, str] = {
    "is_successful": "is_completed",
    "is_failed": "is_failed",
    "is_running": "is_running",
    "message": "message",
    "name": "name",
}
# Attributes that flows still have in Prefect 3.
_SAME = frozenset({"name", "visualize"})
_COPYING = frozenset({"copy.copy", "copy.deepcopy"})
_GRAPH = frozenset("add_task add_edge chain set_dependencies update".split())


def convert_uses(draft: FlowFileDraft) -> None:
    """Convert every use of a flow's variable outside of removed code."""
    variables = dict.fromkeys((flow.variable, flow.scope) for flow in draft.flows if flow.variable)
    for variable, scope in variables:
        for use in draft.module.uses(variable, scope):
            flow = draft.flow_of(use, scope)
            if flow is not None and not isinstance(draft.module.parent(use), ast.withitem):
                _convert_use(draft, flow, use)
    for flow in draft.flows:
        if flow.factory_call is not None:
            _convert_made(draft, flow, flow.factory_call.target)


def _convert_made(draft: FlowFileDraft, flow: Prefect1Flow, target: ast.Name) -> None:
    """Convert the uses of a flow that a function returned."""
    scope = draft.module.scope(target)
    draft.edits.replace_node(target, flow.function)
    for use in draft.module.uses(target.id, scope):
        if draft.module.scope(use) is not flow.scope:
            _convert_use(draft, flow, use)


def _convert_use(draft: FlowFileDraft, flow: Prefect1Flow, use: ast.Name) -> None:
    parent = draft.module.parent(use)
    if not (isinstance(parent, ast.Attribute) and parent.value is use):
        _convert_bare(draft, flow, use)
        return
    statement = draft.module.statement(use)
    outer = draft.module.parent(parent)
    if isinstance(parent.ctx, ast.Store):
        _note_option(draft, flow, parent, statement)
    elif isinstance(outer, ast.Call) and outer.func is parent and parent.attr in _METHODS:
        _METHODS[parent.attr](draft, flow, outer)
    elif parent.attr in _GRAPH and isinstance(outer, ast.Call):
        _leave_taken(draft, outer, parent.attr, statement)
    elif parent.attr in _SAME:
        draft.edits.replace_node(use, flow.function)
    else:
        text = f"Flows have no `{parent.attr}` in Prefect 3."
        draft.todo(use, "p1-flow-method", text)


def _leave_taken(draft: FlowFileDraft, call: ast.Call, method: str, statement: ast.stmt) -> None:
    """Leave graph statements whose result is used: `graphs` converts the others."""
    is_alone = isinstance(draft.module.parent(call), ast.Expr)
    if not (is_alone or statement in draft.added or draft.has_todo(statement)):
        text = f"`{method}` is gone. Call the tasks in the function of the flow, and pass their results."
        draft.todo(call, "p1-dependency", text)


def _convert_bare(draft: FlowFileDraft, flow: Prefect1Flow, use: ast.Name) -> None:
    if isinstance(draft.module.statement(use), ast.Return) and flow.factory_call is None:
        _leave_return(draft, flow, use)
    if isinstance(draft.module.parent(use), (ast.For, ast.List, ast.Tuple, ast.Dict)):
        text = f"`{flow.function}` is a function now. Change the uses of the flows in this list."
        draft.todo(use, "p1-flow", text)
    if draft.names.called(draft.module.parent(use)) in _COPYING:
        text = f"`{flow.function}` is a function now. Use `with_options(name=…)`, and an entry for the copy."
        draft.todo(use, "p1-flow", text)
    draft.edits.replace_node(use, flow.function)


def _leave_return(draft: FlowFileDraft, flow: Prefect1Flow, use: ast.Name) -> None:
    """Leave a returned flow, unless the callers are converted or are in other files, which get a message."""
    text = f"This returns the function `{flow.function}` now. Its callers call it to run the flow."
    runs = runs_of_maker(draft, flow)
    if runs is None:
        draft.todo(use, "p1-flow", text)
        return
    for made, run in runs:
        _run(draft, flow, run, draft.edits.source(made))
    if not runs and isinstance(flow.scope, ast.FunctionDef):
        flow.maker = flow.scope.name
        draft.note(use, "p1-flow", text)


def _note_option(
    draft: FlowFileDraft, flow: Prefect1Flow, target: ast.Attribute, statement: ast.stmt
) -> None:
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and statement.targets[0] is target:
        flow.options[target.attr] = statement.value, statement
    else:
        draft.todo(statement, "p1-flow-method", f"`{target.attr}` is not an attribute of flows in Prefect 3.")


def _register(_draft: FlowFileDraft, flow: Prefect1Flow, call: ast.Call) -> None:
    flow.registered.append(call)


def _run(draft: FlowFileDraft, flow: Prefect1Flow, call: ast.Call, called: str = "") -> None:
    """Convert a run to a call of the function; its state is requested where it is used.

    *called* is the source of the function, if it is not its name.
    """
    called = called or flow.function
    arguments = _arguments(draft, flow, call)
    if arguments is None:
        text = f"Call `{called}(…)` with the parameters of the run."
        draft.todo(call, "p1-run-result", text)
        return
    _note_schedule(draft, flow, call)
    statement = draft.module.statement(call)
    is_alone = isinstance(statement, ast.Expr) and statement.value is call
    if not is_alone:
        arguments.append("return_state=True")
        _check_state(draft, call)
    draft.edits.replace_node(call, f"{called}({', '.join(arguments)})")
    is_on_top = draft.module.parent(statement) is draft.module.tree
    if is_alone and is_on_top and draft.edits.is_alone(statement):
        draft.edits.insert(draft.edits.start(statement), f"{_GUARD}{draft.edits.newline}    ")


def _note_schedule(draft: FlowFileDraft, flow: Prefect1Flow, call: ast.Call) -> None:
    """Note that a run of a flow with a schedule did not end."""
    schedule, at_once = flow.options.get("schedule"), keyword(call, "run_on_schedule")
    is_at_once = isinstance(at_once, ast.Constant) and at_once.value is False
    if schedule is not None and not says_nothing(schedule[0]) and not is_at_once:
        text = "`run()` ran the flow at each of the times of its schedule. It runs it once now."
        draft.note(call, "p1-schedule", text, "Deploy the entry of the flow, which has the schedule.")


def _arguments(draft: FlowFileDraft, flow: Prefect1Flow, call: ast.Call) -> list[str] | None:
    """Return the arguments of the function; None if the call does not determine them."""
    if len(call.args) > 1:
        return None
    written: list[str] = []
    for each in call.args:
        found = _parameters(draft, flow, each)
        if found is None:
            return None
        written += found
    for option in call.keywords:
        if option.arg == "run_on_schedule":
            continue
        if option.arg == "executor":
            flow.options.setdefault("executor", (option.value, draft.module.statement(call)))
            draft.dropped |= set(draft.module.inside(option.value))
            continue
        if option.arg is None or option.arg in ("runner_cls", "state", "task_states", "context"):
            return None
        if option.arg == "parameters":
            found = _parameters(draft, flow, option.value)
            if found is None:
                return None
            written += found
        else:
            name = flow.renamed.get(option.arg, option.arg)
            written.append(f"{name}={draft.edits.take(option.value)}")
    return written


def _parameters(draft: FlowFileDraft, flow: Prefect1Flow, node: ast.expr) -> list[str] | None:
    """Return the values of parameters as arguments of the function."""
    if isinstance(node, ast.Constant) and node.value is None:
        return []
    if isinstance(node, ast.Dict) and all(isinstance(key, ast.Constant) for key in node.keys):
        names = [str(key.value) for key in node.keys if isinstance(key, ast.Constant)]
        mapped = [flow.renamed.get(name, name) for name in names]
        if all(name.isidentifier() for name in mapped):
            values = [draft.edits.take(value) for value in node.values]
            return [f"{name}={value}" for name, value in zip(mapped, values, strict=True)]
        return None
    if flow.renamed:
        return None
    text = draft.edits.take(node)
    return [f"**{text}" if isinstance(node, (ast.Name, ast.Call, ast.Attribute, ast.Dict)) else f"**({text})"]


def _check_state(draft: FlowFileDraft, call: ast.Call) -> None:
    """Convert uses of the state of a run, directly or by its name."""
    parent = draft.module.parent(call)
    if isinstance(parent, ast.Attribute):
        _convert_state(draft, parent)
        return
    if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name):
        for use in draft.module.uses(parent.targets[0].id):
            outer = draft.module.parent(use)
            if isinstance(outer, ast.Attribute):
                _convert_state(draft, outer)
        return
    draft.todo(
        call, "p1-run-result", "This is a state of Prefect 3. Use `.result()` for what the flow returns."
    )


def _convert_state(draft: FlowFileDraft, node: ast.Attribute) -> None:
    if node in draft.results:
        return
    if node.attr in _STATE:
        end = draft.edits.end(node)
        if node.attr != _STATE[node.attr]:
            draft.edits.replace(end - len(node.attr.encode()), end, _STATE[node.attr])
        return
    text = f"The state of a run has no `{node.attr}`. Return results from the flow."
    draft.todo(node, "p1-run-result", text)


_METHODS: Mapping[str, Callable[[FlowFileDraft, Prefect1Flow, ast.Call], None]] = {
    "run": _run,
    "register": _register,
    "deploy": _register,  # its name before 0.7
}
