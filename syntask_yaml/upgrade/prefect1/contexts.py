"""`prefect.context`: the logger, and the attributes of the run."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping

from syntask_yaml.upgrade.prefect1.call_arguments import keyword, known
from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft
from syntask_yaml.upgrade.prefect1.node_index import Function

# Current attributes of a run.
_RUNTIME: Mapping[str, str] = {
    "flow_run_id": "flow_run.id",
    "flow_run_name": "flow_run.name",
    "flow_name": "flow_run.flow_name",
    "scheduled_start_time": "flow_run.scheduled_start_time",
    "parameters": "flow_run.parameters",
    "task_run_id": "task_run.id",
    "task_name": "task_run.task_name",
    "task_run_name": "task_run.name",
    "task_run_count": "task_run.run_count",
}

# Functions with the same arguments under another name.
_MOVED: Mapping[str, tuple[str, str]] = {
    "prefect.utilities.logging.get_logger": ("prefect.logging", "get_logger"),
    "prefect.backend.artifacts.create_link_artifact": ("prefect.artifacts", "create_link_artifact"),
    "prefect.backend.artifacts.create_markdown_artifact": ("prefect.artifacts", "create_markdown_artifact"),
    "prefect.backend.create_link_artifact": ("prefect.artifacts", "create_link_artifact"),
    "prefect.backend.create_markdown_artifact": ("prefect.artifacts", "create_markdown_artifact"),
    "prefect.artifacts.create_link": ("prefect.artifacts", "create_link_artifact"),
    "prefect.artifacts.create_markdown": ("prefect.artifacts", "create_markdown_artifact"),
}


def convert_contexts(draft: FlowFileDraft) -> None:
    """Convert loggers, and values of the context that have an equivalent."""
    read = [(each, key) for each in _expressions(draft) if (key := _key(draft, each)) is not None]
    inside = _reached(draft) if read else set()
    for expression, key in read:
        if key == "logger":
            draft.edits.replace_node(expression, _logger(draft, expression, inside))
        elif key == "image" and (image := _image(draft, expression)):
            draft.edits.replace_node(expression, image)
        elif key in _RUNTIME:
            runtime = draft.want("prefect", "runtime")
            draft.edits.replace_node(expression, f"{runtime}.{_RUNTIME[key]}")
    for node in draft.names.references:
        module, name = _MOVED.get(draft.names.of(node), ("", ""))
        if name:
            draft.edits.replace_node(node, draft.want(module, name))


def _expressions(draft: FlowFileDraft) -> Iterator[ast.expr]:
    """Yield possible reads of the context: each reference, its parts, and its enclosing expressions."""
    for node in draft.names.references:
        if draft.names.of(node).startswith("prefect.context"):
            outer = draft.module.parent(node)
            if isinstance(outer, ast.expr):
                yield outer
            yield from (each for each in draft.module.inside(node) if isinstance(each, ast.Attribute))


def _key(draft: FlowFileDraft, node: ast.AST) -> str | None:
    """Return the key of the context that an expression reads: `.get("x")`, `["x"]` or `.x`."""
    if draft.names.called(node) == "prefect.context.get" and isinstance(node, ast.Call):
        first = node.args[0] if node.args else None
        return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None
    if isinstance(node, ast.Subscript) and draft.names.of(node.value) == "prefect.context":
        return node.slice.value if isinstance(node.slice, ast.Constant) else None  # type: ignore[return-value]
    if isinstance(node, ast.Attribute) and draft.names.of(node.value) == "prefect.context":
        parent = draft.module.parent(node)
        is_inner = isinstance(parent, ast.Attribute) and draft.names.of(parent) and node.attr == "secrets"
        return None if is_inner or isinstance(node.ctx, ast.Store) else node.attr
    return None


def _image(draft: FlowFileDraft, node: ast.expr) -> str:
    """Return the image in which the flow around *node* runs, as source; empty if its options do not tell."""
    outer = {*draft.module.parents(node)}
    for flow in draft.flows:
        if flow.call in outer and "run_config" in flow.options:
            made = draft.module.written(flow.options["run_config"][0])
            image = keyword(made.node, "image") if isinstance(made.node, ast.Call) else None
            found = known(made.module, image)
            return json.dumps(found) if isinstance(found, str) else ""
    return ""


def _logger(draft: FlowFileDraft, node: ast.expr, inside: set[ast.AST]) -> str:
    """Convert the run's logger in tasks, flows and functions that they call; elsewhere there is no run."""
    places = {node, *draft.module.parents(node)}
    in_block = any(each.block in places for each in draft.flows if each.block is not None)
    if places & inside or in_block:
        return f"{draft.want('prefect', 'get_run_logger')}()"
    return f"{draft.want('logging')}.getLogger(__name__)"


def _reached(draft: FlowFileDraft) -> set[ast.AST]:
    """Return the functions of tasks, the functions that they call, and methods `run`."""
    functions = {node.name: node for node in draft.module.tree.body if isinstance(node, Function)}
    found: set[ast.AST] = set()
    waiting: list[ast.AST] = [
        node for node in draft.module.functions if node.name in draft.tasks or _is_run(draft, node)
    ]
    waiting += [each.block for each in draft.flows if each.block is not None]
    while waiting:
        node = waiting.pop()
        found.add(node)
        called = {each.id for each in draft.module.inside(node) if isinstance(each, ast.Name)}
        waiting += [
            function for name, function in functions.items() if name in called and function not in found
        ]
    return found


def _is_run(draft: FlowFileDraft, node: Function) -> bool:
    outer = draft.module.parent(node)
    return isinstance(outer, ast.ClassDef) and any(
        draft.names.of(base) == "prefect.Task" for base in outer.bases
    )
