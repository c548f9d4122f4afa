"""Task classes: the class stays, without its base, and an instance becomes a task of its `run`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft
from syntask_yaml.upgrade.prefect1.flow_classes import makes_flow
from syntask_yaml.upgrade.prefect1.task_classes import imported_task_class
from syntask_yaml.upgrade.prefect1.tasks import OPTIONS, convert_options

# Attributes of `Task`.
_ATTRIBUTES = frozenset(
    "slug tags max_retries retry_delay trigger result target cache_for checkpoint timeout log_stdout nout "
    "state_handlers auto_generated".split()
)

# Attributes of a run.
_RUNTIME = {"name": "task_run.task_name", "task_run_name": "task_run.name"}


def convert_classes(draft: FlowFileDraft) -> None:
    """Convert every task class of the file, and its instances."""
    found: dict[str, ast.ClassDef] = {}
    for node in draft.module.tree.body:
        if isinstance(node, ast.ClassDef) and _is_of_tasks(draft, node, found):
            found[node.name] = node
            draft.classes.add(node.name)
            _convert_class(draft, node)
    for call in draft.module.calls:
        if isinstance(call.func, ast.Name) and call.func.id in found:
            _convert_instance(draft, call, found[call.func.id])
        elif (other := imported_task_class(draft.module, call.func)) is not None:
            draft.classes.add(ast.unparse(call.func))
            _convert_instance(draft, call, other)
        elif draft.names.called(call) == "prefect.Task" and _has_known_options(call):
            write_task(draft, call, "lambda: None", call.keywords, "Task")


def _makes(draft: FlowFileDraft, use: ast.Name) -> bool:
    """Return whether *use* names a class that is called."""
    parent = draft.module.parent(use)
    return isinstance(parent, ast.Call) and parent.func is use


def _has_known_options(call: ast.Call) -> bool:
    """Return whether a bare `Task(…)`, which does nothing, has only options of all tasks, by name."""
    return not call.args and all(each.arg in {*OPTIONS, "name", "tags"} for each in call.keywords)


def _is_of_tasks(draft: FlowFileDraft, node: ast.ClassDef, known: dict[str, ast.ClassDef]) -> bool:
    return any(
        draft.names.of(base) == "prefect.Task"
        or (isinstance(base, ast.Name) and base.id in known)
        or imported_task_class(draft.module, base) is not None
        for base in node.bases
    )


def _convert_class(draft: FlowFileDraft, node: ast.ClassDef) -> None:
    _remove_base(draft, node)
    methods = {each.name: each for each in node.body if isinstance(each, ast.FunctionDef)}
    own = {target for each in ast.walk(node) for target in _set_on_self(each)}
    is_first = any(draft.names.of(base) == "prefect.Task" for base in node.bases)
    has_run = "run" in methods or any(draft.names.of(base) != "prefect.Task" for base in node.bases)
    if not has_run and any(_makes(draft, use) for use in draft.module.uses(node.name)):
        draft.todo(node, "p1-class", "A class of tasks without `run` cannot be converted.")
    for each in ast.walk(node):
        if is_first and isinstance(each, ast.Call) and _is_super_init(draft, each):
            _convert_super(draft, each)
        elif isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id == "self":
            _convert_attribute(draft, each, own)


def _remove_base(draft: FlowFileDraft, node: ast.ClassDef) -> None:
    bases = [base for base in node.bases if draft.names.of(base) == "prefect.Task"]
    if not bases:
        return
    edits = draft.edits
    others = [edits.source(each) for each in (*node.bases, *node.keywords) if each not in bases]
    last = [*node.bases, *node.keywords][-1]
    head = edits.original(edits.start(node), edits.start(node.bases[0]))
    opened = edits.start(node) + len(head[: head.rindex("(")].encode())
    rest = edits.original(edits.end(last), edits.start(node.body[0]))
    closed = edits.end(last) + len(rest[: rest.index(")") + 1].encode())
    edits.replace(opened, closed, f"({', '.join(others)})" if others else "")


def _set_on_self(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
        yield node.attr


def _is_super_init(draft: FlowFileDraft, node: ast.Call) -> bool:
    if not (isinstance(node.func, ast.Attribute) and node.func.attr == "__init__"):
        return False
    base = node.func.value
    is_super = isinstance(base, ast.Call) and isinstance(base.func, ast.Name) and base.func.id == "super"
    return is_super or draft.names.of(base) == "prefect.Task"


def _convert_super(draft: FlowFileDraft, call: ast.Call) -> None:
    statement = draft.module.statement(call)
    is_plain = all(each.arg is None for each in call.keywords) and all(
        isinstance(each, (ast.Starred, ast.Name)) for each in call.args
    )
    if is_plain and isinstance(statement, ast.Expr):
        draft.edits.remove(statement)
        return
    draft.todo(call, "p1-class", "Move these options to the creation of the task: `task(X().run, …)`.")


def _convert_attribute(draft: FlowFileDraft, node: ast.Attribute, own: set[str]) -> None:
    if node.attr == "logger" and "logger" not in own:
        draft.edits.replace_node(node, f"{draft.want('prefect', 'get_run_logger')}()")
    elif node.attr in _RUNTIME and node.attr not in own:
        draft.edits.replace_node(node, f"{draft.want('prefect', 'runtime')}.{_RUNTIME[node.attr]}")
    elif node.attr in _ATTRIBUTES and node.attr not in own:
        draft.todo(node, "p1-class", f"`self.{node.attr}` belonged to `Task`. Set it in `__init__`.")


def _convert_instance(draft: FlowFileDraft, call: ast.Call, of: ast.ClassDef) -> None:
    parent = draft.module.parent(call)
    if isinstance(parent, ast.Attribute) and parent.attr == "run":
        return
    taken = _taken(of)
    options = [each for each in call.keywords if each.arg in {*OPTIONS, "name", "tags"} - taken]
    draft.edit_arguments(call, dict.fromkeys(options))
    made = re.sub(r"\(\s+\)$", "()", draft.edits.take(call))
    write_task(draft, call, f"{made}.run", options, of.name)


def write_task(
    draft: FlowFileDraft, call: ast.Call, function: str, options: list[ast.keyword], name: str
) -> None:
    """Replace an instance by a task of *function*, with the current equivalents of *options*."""
    parent = draft.module.parent(call)
    texts = convert_options(draft, options)
    written = [texts.get(each, draft.edits.source(each)) for each in options]
    named = [] if any(each.arg == "name" for each in options) else [f'name="{name}"']
    task = draft.want("prefect", "task")
    arguments = ", ".join([function, *named, *filter(None, written)])
    is_upstream = _is_upstream_only(draft, call)
    draft.edits.replace_node(call, f"{task}({arguments}){'()' if is_upstream else ''}")
    if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name) and not is_upstream:
        draft.tasks.add(parent.targets[0].id)


def _is_upstream_only(draft: FlowFileDraft, call: ast.Call) -> bool:
    """Return whether a task that is created in a flow is never called, and others depend on it."""
    assignment = draft.module.parent(call)
    if not (isinstance(assignment, ast.Assign) and isinstance(assignment.targets[0], ast.Name)):
        return False
    block = draft.module.parent(assignment)
    if not (isinstance(block, ast.With) and makes_flow(draft.module, block.items[0].context_expr)):
        return False
    inside = set(ast.walk(block))
    uses = [
        use for use in draft.module.uses(assignment.targets[0].id, draft.module.scope(block)) if use in inside
    ]
    return (
        bool(uses)
        and all(isinstance(draft.module.parent(use), (ast.List, ast.Call)) for use in uses)
        and not any(getattr(draft.module.parent(use), "func", None) is use for use in uses)
    )


def _taken(node: ast.ClassDef) -> set[str]:
    """Return the parameters of the class's own `__init__`."""
    for each in node.body:
        if isinstance(each, ast.FunctionDef) and each.name == "__init__":
            return {argument.arg for argument in (*each.args.args, *each.args.kwonlyargs)}
    return set()
