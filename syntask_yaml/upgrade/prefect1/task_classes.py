"""Task classes from other files."""

from __future__ import annotations

import ast

from syntask_yaml.pysource.module_index import is_reserved
from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft
from syntask_yaml.upgrade.prefect1.module import FlowModule


def imported_task_class(module: FlowModule, node: ast.expr) -> ast.ClassDef | None:
    """Return the task class of a name in *module*, if another file of the repository defines it."""
    if module.others is None or not _is_foreign(module, node):
        return None
    found = module.others.define(node, module)
    if found is None or not isinstance(found[0], ast.ClassDef) or not _is_of_tasks(found[0], found[1], 0):
        return None
    return found[0]


def _is_foreign(module: FlowModule, node: ast.expr) -> bool:
    name = module.names.of(node)
    return bool(name) and not is_reserved(name)


_MAX_DEPTH = 10


def _is_of_tasks(node: ast.ClassDef, module: FlowModule, depth: int) -> bool:
    """Return whether a class extends `Task`, directly or indirectly."""
    for base in node.bases:
        if module.names.of(base) == "prefect.Task":
            return True
        found = module.others.define(base, module) if module.others is not None else None
        if found is None or not isinstance(found[0], ast.ClassDef) or depth > _MAX_DEPTH:
            continue
        if _is_of_tasks(found[0], found[1], depth + 1):
            return True
    return False


def mark_foreign_tasks(draft: FlowFileDraft) -> None:
    """Leave calls of possible Prefect 1 tasks from outside of the repository."""
    for flow in draft.flows:
        for node in flow.nodes:
            if isinstance(node, ast.Call) and (made := _made(draft, node.func)) is not None:
                name = ast.unparse(made.func)
                text = f"`{name}` is not of this repository, and its objects are called as tasks of Prefect 1"
                draft.todo(
                    node, "p1-class", f"{text} were. Write a function with `@task` that does the same."
                )


def _made(draft: FlowFileDraft, called: ast.expr) -> ast.Call | None:
    """Return the call of an unknown class that created the called object, as in `load = Load()`."""
    module = draft.module
    made = module.assigned(called.id, called) if isinstance(called, ast.Name) else called
    if module.others is None or not (isinstance(made, ast.Call) and _is_foreign(module, made.func)):
        return None
    looks_like_class = ast.unparse(made.func).rpartition(".")[2][:1].isupper()
    return made if looks_like_class and module.others.define(made.func, module) is None else None
