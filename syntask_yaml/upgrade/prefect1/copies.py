"""Copies of flows: `deepcopy(flow)` that gets a name and a deployment is `flow.with_options(name=…)`."""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass

from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft, Prefect1Flow
from syntask_yaml.upgrade.prefect1.flow_classes import makes_flow
from syntask_yaml.upgrade.prefect1.flows import without_banned
from syntask_yaml.upgrade.prefect1.module import FlowModule
from syntask_yaml.upgrade.prefect1.names import single_target
from syntask_yaml.upgrade.prefect1.parameters import PARAMETERS, is_refused
from syntask_yaml.upgrade.prefect1.static import NotStatic

_OPTIONS = frozenset({"storage", "run_config", "schedule"})


@dataclass(frozen=True, slots=True)
class _Original:
    """The flow that is copied: what it sets for itself, and its parameters."""

    options: frozenset[str]
    parameters: frozenset[str]


def convert_copies(draft: FlowFileDraft) -> None:
    """The copies at the top of the file, as far as all that is done with them is known."""
    for statement in draft.module.tree.body:
        target = single_target(statement)
        if target is None or not isinstance(statement, ast.Assign):
            continue
        copied = _copied(draft, statement.value)
        original = _original(draft.module, copied) if copied is not None else None
        if copied is not None and original is not None:
            _convert(draft, statement, copied, original)


def _copied(draft: FlowFileDraft, value: ast.expr) -> ast.Name | None:
    """What is copied, as a whole."""
    match value:
        case ast.Call(args=[ast.Name() as name], keywords=[]) if draft.names.called(value) == "copy.deepcopy":
            return name
        case ast.Call(func=ast.Attribute(value=ast.Name() as name, attr="copy"), args=[], keywords=[]):
            return name
    return None


def _original(module: FlowModule, name: ast.Name) -> _Original | None:
    """The flow that a name means; None if it means another thing, or one that is not known well enough."""
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
    parameters = _parameters(home, calls[0])
    return _Original(frozenset(options & _OPTIONS), parameters) if parameters is not None else None


def _variable(module: FlowModule, call: ast.Call) -> str:
    """What a flow at the top of a file is called."""
    outer = module.parent(call)
    target = outer.optional_vars if isinstance(outer, ast.withitem) else single_target(outer or call)
    is_on_top = module.scope(call) is module.tree
    return target.id if is_on_top and isinstance(target, ast.Name) else ""


def _parameters(module: FlowModule, flow: ast.Call) -> frozenset[str] | None:
    """The names of the parameters of a flow; None if one is computed, or changes when it is converted."""
    block = module.parent(module.parent(flow) or flow)
    inside = set(module.inside(*block.body)) if isinstance(block, ast.With) else set()
    names = [
        argument.value if isinstance(argument, ast.Constant) else None
        for call in module.calls
        if module.names.called(call) in PARAMETERS and (not inside or call in inside)
        for argument in [*call.args[:1], *(each.value for each in call.keywords if each.arg == "name")][:1]
    ]
    known = [name for name in names if isinstance(name, str) and name.isidentifier() and not is_refused(name)]
    return frozenset(known) if len(known) == len(names) else None


def _convert(draft: FlowFileDraft, statement: ast.Assign, copied: ast.Name, original: _Original) -> None:
    assert isinstance(statement.targets[0], ast.Name)
    variable = statement.targets[0].id
    flow = Prefect1Flow(statement, statement.value, None, variable, draft.module.tree, variable)  # type: ignore[arg-type]
    done = _steps(draft, flow, original)
    name = flow.options.pop("name", None)
    if done is None or name is None or not original.options <= flow.options.keys():
        return
    try:
        flow.name = without_banned(str(draft.module.value(name[0])))
    except NotStatic:
        return
    for each in (*done, name[1]):
        draft.edits.remove(each)
    draft.edits.replace(draft.edits.start(statement.value), draft.edits.start(copied), "")
    text = f".with_options(name={json.dumps(flow.name, ensure_ascii=False)})"
    draft.edits.replace(draft.edits.end(copied), draft.edits.end(statement.value), text)
    draft.copies.append(flow)


def _steps(draft: FlowFileDraft, flow: Prefect1Flow, original: _Original) -> list[ast.stmt] | None:
    """Put what is done with a copy into *flow*; the statements that set defaults, None if there is more."""
    module, done = draft.module, list[ast.stmt]()
    for use in module.uses(flow.variable):
        statement, parent = module.statement(use), module.parent(use)
        if statement not in module.tree.body:
            return None
        match statement:
            case ast.Assign(targets=[ast.Attribute(attr=name) as target], value=value) if (
                target is parent and name in {"name", *_OPTIONS} and name not in flow.options
            ):
                flow.options[name] = value, statement
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr="register") as method) as call) if (
                method is parent
            ):
                flow.registered.append(call)
            case ast.Assign(targets=[ast.Name(id=flow.variable)], value=ast.Call() as call) if call is parent:
                defaults = _defaults(draft, call, use)
                if defaults is None:
                    return None
                known = {key: value for key, value in defaults.items() if key in original.parameters}
                flow.deployment["parameters"] = flow.deployment.get("parameters", {}) | known
                done.append(statement)
            case _:
                return None
    is_set_once = len(module.assignments[flow.variable]) == len(done) + 1
    return done if is_set_once else None


def _defaults(draft: FlowFileDraft, call: ast.Call, flow: ast.Name) -> dict[str, object] | None:
    """The defaults that a function of the repository gives to parameters; None for any other function."""
    module = draft.module
    found = module.others.define(call.func, module) if module.others is not None else None
    given = [*call.args, *(each.value for each in call.keywords)]
    if found is None or not _sets_defaults(found[0]) or len(given) != 2 or given[0] is not flow:
        return None
    try:
        values = module.value(given[1])
    except NotStatic:
        return None
    return values if isinstance(values, dict) and all(isinstance(key, str) for key in values) else None


def _sets_defaults(node: ast.AST) -> bool:
    """Whether all that a function does is to set the defaults of parameters, and to return the flow."""
    body = [each for each in getattr(node, "body", ()) if not _is_text(each)]
    match node, body:
        case (
            ast.FunctionDef(args=ast.arguments(args=[ast.arg(arg=flow), ast.arg(arg=values)])),
            [
                ast.For(
                    target=ast.Name(id=each),
                    iter=ast.Call(func=ast.Attribute(value=ast.Name(id=asked), attr="parameters"), args=[]),
                    body=[ast.If(test=test, body=[ast.Assign() as setting], orelse=[])],
                ),
                ast.Return(value=ast.Name(id=returned)),
            ],
        ):
            wanted = f"{each}.default = {values}[{each}.name]"
            said = ast.unparse(test), ast.unparse(setting), asked, returned
            return said == (f"{each}.name in {values}", wanted, flow, flow)
    return False


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
