"""Functions that create and return a flow, and their calls in the file."""

from __future__ import annotations

import ast

from syntask_yaml.upgrade.prefect1.draft import FlowFactoryCall, FlowFileDraft, Prefect1Flow


def find_factory_call(draft: FlowFileDraft, flow: Prefect1Flow) -> FlowFactoryCall | None:
    """Return the call of the function that creates *flow*; None if there is none, or other uses."""
    function = flow.scope
    if not _returns_flow(draft, flow):
        return None
    assert isinstance(function, ast.FunctionDef)
    uses = draft.module.uses(function.name)
    call = draft.module.parent(uses[0]) if len(uses) == 1 else None
    if not (isinstance(call, ast.Call) and call.func is uses[0]):
        return None
    statement = draft.module.parent(call)
    if not (isinstance(statement, ast.Assign) and len(statement.targets) == 1 and statement.value is call):
        return None
    target = statement.targets[0]
    if not isinstance(target, ast.Name) or _is_set_again(draft, target):
        return None
    return FlowFactoryCall(statement, target, draft.module.parent(statement) is draft.module.tree)


def _returns_flow(draft: FlowFileDraft, flow: Prefect1Flow) -> bool:
    """Return whether a module-level function creates the flow once, and returns nothing else."""
    function = flow.scope
    if not isinstance(function, ast.FunctionDef) or draft.module.parent(function) is not draft.module.tree:
        return False
    returned = [node for node in ast.walk(function) if isinstance(node, ast.Return)]
    is_plain = flow.definition in function.body and not function.decorator_list
    return (
        is_plain
        and len(returned) == 1
        and isinstance(returned[0].value, ast.Name)
        and returned[0].value.id == flow.variable
        and returned[0] is function.body[-1]
    )


def _is_set_again(draft: FlowFileDraft, target: ast.Name) -> bool:
    """Return whether the name is set again, so that it may mean another flow."""
    places = draft.module.assignments.get(target.id, [])
    scope = draft.module.scope(target)
    return sum(where is scope for where, _, _ in places) != 1


def runs_of_maker(draft: FlowFileDraft, flow: Prefect1Flow) -> list[tuple[ast.Call, ast.Call]] | None:
    """Return the calls `make()` and `make().run(…)`, if the function of *flow* has no other uses."""
    if not isinstance(flow.scope, ast.FunctionDef):
        return None
    uses = draft.module.uses(flow.scope.name)
    if uses and not _returns_flow(draft, flow):
        return None
    found = []
    for use in uses:
        made = draft.module.parent(use)
        method = draft.module.parent(made) if isinstance(made, ast.Call) and made.func is use else None
        run = draft.module.parent(method) if isinstance(method, ast.Attribute) else None
        is_run = isinstance(method, ast.Attribute) and method.attr == "run"
        if not (is_run and isinstance(made, ast.Call) and isinstance(run, ast.Call) and run.func is method):
            return None
        found.append((made, run))
    return found
