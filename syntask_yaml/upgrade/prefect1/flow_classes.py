"""Subclasses of `prefect.Flow` in a project, for which only the behavior of `prefect.Flow` is converted."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from syntask_yaml.upgrade.prefect1.call_arguments import argument
from syntask_yaml.upgrade.prefect1.module import FlowModule

# Attributes of flows that are built in a block.
_OF_FLOWS = frozenset("executor register run run_config schedule storage".split())
_IN_FLOWS = frozenset({"prefect.Parameter", "prefect.DateTimeParameter", "prefect.case"})


def makes_flow(module: FlowModule, call: ast.AST) -> bool:
    """Return whether *call* instantiates `Flow` or a subclass."""
    return module.names.called(call) == "prefect.Flow" or bool(own_class(module, call))


def own_class(module: FlowModule, call: ast.AST) -> str:
    """Return the name of a flow's class from the project; empty for Prefect's, and for other calls.

    A class of another file, which is not read, is recognized by its name and the uses of its instance.
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
    """Return the classes of the file that extend Prefect's."""
    found: set[str] = set()
    for node in module.of_kind(ast.ClassDef):
        if module.parent(node) is module.tree:
            names = {each.id for each in node.bases if isinstance(each, ast.Name)}
            if names & found or any(module.names.of(each) == "prefect.Flow" for each in node.bases):
                found.add(node.name)
    return found


def _is_used_as_flow(module: FlowModule, call: ast.Call) -> bool:
    """Return whether a class of another file creates a named object that is used as a flow."""
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
