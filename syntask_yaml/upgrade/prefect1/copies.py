"""Copies of flows: `deepcopy(flow)` that gets a name and a deployment is `flow.with_options(name=…)`."""

from __future__ import annotations

import ast
import json

from syntask_yaml.upgrade.prefect1.call_arguments import known
from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft, Prefect1Flow
from syntask_yaml.upgrade.prefect1.flow_classes import makes_flow
from syntask_yaml.upgrade.prefect1.flows import without_banned
from syntask_yaml.upgrade.prefect1.module import FlowModule
from syntask_yaml.upgrade.prefect1.names import single_target

_OPTIONS = frozenset({"storage", "run_config", "schedule"})


def convert_copies(draft: FlowFileDraft) -> None:
    """The copies at the top of the file, as far as all that is done with them is known."""
    for statement in draft.module.tree.body:
        target = single_target(statement)
        if target is None or not isinstance(statement, ast.Assign):
            continue
        copied = _copied(draft, statement.value)
        options = _options(draft.module, copied) if copied is not None else None
        if copied is not None and options is not None:
            _convert(draft, statement, copied, options)


def _copied(draft: FlowFileDraft, value: ast.expr) -> ast.Name | None:
    """What is copied, as a whole."""
    match value:
        case ast.Call(args=[ast.Name() as name], keywords=[]) if draft.names.called(value) == "copy.deepcopy":
            return name
        case ast.Call(func=ast.Attribute(value=ast.Name() as name, attr="copy"), args=[], keywords=[]):
            return name
    return None


def _options(module: FlowModule, name: ast.Name) -> set[str] | None:
    """What the flow that a name means sets for its deployment; None if the name means another thing."""
    home, known = module, name.id
    if name.id in module.names.imported:
        found = module.others.home(name.id, module) if module.others is not None else None
        if found is None:
            return None
        home, known = found
    calls = [call for call in home.calls if makes_flow(home, call) and _variable(home, call) == known]
    if len(calls) != 1:
        return None
    options = {each.arg for each in calls[0].keywords if each.arg}
    for use in home.uses(known):
        attribute = home.parent(use)
        if isinstance(attribute, ast.Attribute) and isinstance(attribute.ctx, ast.Store):
            options.add(attribute.attr)
    return options & _OPTIONS


def _variable(module: FlowModule, call: ast.Call) -> str:
    """What a flow at the top of a file is called."""
    outer = module.parent(call)
    target = outer.optional_vars if isinstance(outer, ast.withitem) else single_target(outer or call)
    is_on_top = module.scope(call) is module.tree
    return target.id if is_on_top and isinstance(target, ast.Name) else ""


def _convert(draft: FlowFileDraft, statement: ast.Assign, copied: ast.Name, options: set[str]) -> None:
    assert isinstance(statement.targets[0], ast.Name)
    variable = statement.targets[0].id
    flow = Prefect1Flow(statement, statement.value, None, variable, draft.module.tree, variable)  # type: ignore[arg-type]
    is_known = _takes_options(draft, flow)
    name = flow.options.pop("name", None)
    found = known(draft.module, name[0]) if name is not None else None
    if not is_known or name is None or not isinstance(found, str) or not options <= flow.options.keys():
        return
    flow.name = without_banned(found)
    draft.edits.remove(name[1])
    draft.edits.replace(draft.edits.start(statement.value), draft.edits.start(copied), "")
    text = f".with_options(name={json.dumps(flow.name, ensure_ascii=False)})"
    draft.edits.replace(draft.edits.end(copied), draft.edits.end(statement.value), text)
    draft.copies.append(flow)


def _takes_options(draft: FlowFileDraft, flow: Prefect1Flow) -> bool:
    """Put the options of a copy into *flow*; whether nothing else is done with it."""
    module = draft.module
    for use in module.uses(flow.variable):
        statement, parent = module.statement(use), module.parent(use)
        if statement not in module.tree.body:
            return False
        match statement:
            case ast.Assign(targets=[ast.Attribute(attr=name) as target], value=value) if (
                target is parent and name in {"name", *_OPTIONS} and name not in flow.options
            ):
                flow.options[name] = value, statement
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr="register") as method) as call) if (
                method is parent
            ):
                flow.registered.append(call)
            case _:
                return False
    return len(module.assignments[flow.variable]) == 1
