"""Classes of flows that a project wrote for itself: what `prefect.Flow` does of them is converted."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from syntask_yaml.upgrade.prefect1.call_arguments import argument
from syntask_yaml.upgrade.prefect1.module import FlowModule

# What only a flow has that is built in a block.
_OF_FLOWS = frozenset("executor register run run_config schedule storage".split())
_IN_FLOWS = frozenset({"prefect.Parameter", "prefect.DateTimeParameter", "prefect.case"})


def makes_flow(module: FlowModule, call: ast.AST) -> bool:
    """Whether *call* makes a flow, of Prefect's class or of one that extends it."""
    return module.names.called(call) == "prefect.Flow" or bool(own_class(module, call))


def own_class(module: FlowModule, call: ast.AST) -> str:
    """What the class of a flow is called that the project wrote; empty for Prefect's, and for other calls.

    The class of another file is told by its name and by what is done with the flow, because that file is
    not read.
    """
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name)):
        return ""
    name = call.func.id
    is_made = isinstance(module.parent(call), (ast.withitem, ast.Assign))
    extends = is_made and name in _extending(module)
    if not (extends or (is_made and name.endswith("Flow"))) or call.func not in module.uses(name):
        return ""
    return name if extends or _is_used_as_flow(module, call) else ""


def _extending(module: FlowModule) -> set[str]:
    """The classes of the file that extend Prefect's."""
    found: set[str] = set()
    for node in module.of_kind(ast.ClassDef):
        if module.parent(node) is module.tree:
            names = {each.id for each in node.bases if isinstance(each, ast.Name)}
            if names & found or any(module.names.of(each) == "prefect.Flow" for each in node.bases):
                found.add(node.name)
    return found


def _is_used_as_flow(module: FlowModule, call: ast.Call) -> bool:
    """Whether a class of another file makes something that has a name, and is used as flows are."""
    origin = module.names.imported.get(call.func.id, "")  # type: ignore[attr-defined]
    item = module.parent(call)
    block = module.parent(item) if isinstance(item, ast.withitem) else None
    if not origin or origin.startswith("prefect.") or not isinstance(block, ast.With):
        return False
    return argument(call, "name", 0) is not None and any(_signs(module, block))


def _signs(module: FlowModule, block: ast.With) -> Iterator[bool]:
    for each in module.inside(*block.body):
        yield module.names.called(each) in _IN_FLOWS
    target = block.items[0].optional_vars
    if isinstance(target, ast.Name):
        for use in module.uses(target.id, module.scope(block)):
            parent = module.parent(use)
            yield isinstance(parent, ast.Attribute) and parent.attr in _OF_FLOWS
