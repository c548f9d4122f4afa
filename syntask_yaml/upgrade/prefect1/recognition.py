"""Recognition of Prefect 1 files, by their imports and then by their code."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from syntask_yaml.upgrade.prefect1.call_arguments import keyword
from syntask_yaml.upgrade.prefect1.module import FlowModule
from syntask_yaml.upgrade.prefect1.names import canonical, imported_names, is_gone
from syntask_yaml.upgrade.prefect1.tasks import OPTIONS
from syntask_yaml.upgrade.python_tree import statements

# Imports that both versions have: some lack attributes now, the others are used differently.
_PARTLY_GONE = frozenset({"prefect", "prefect.context"})
_USED_OTHERWISE = frozenset({"prefect.Flow", "prefect.Task"})
# Classes that Prefect 1 files extend.
_BASES = frozenset({"prefect.Flow", "prefect.Task"})
_OLD_OPTIONS = OPTIONS.keys() - {"task_run_name", "on_failure"}
# Names of later versions only. A file that imports one is not of Prefect 1.
_NEW = ("prefect.flow", "prefect.get_run_logger", "prefect.runtime")
# Names that Prefect 3 has again, with other arguments.
_AGAIN = frozenset({"prefect.schedules.Schedule"})


def may_be_prefect_1(tree: ast.Module, text: str) -> bool:
    """Return whether the imports of a file allow for Prefect 1; a quick filter for most files."""
    imported = _of_prefect(statements(tree))
    if any(_is_new(name) for name in imported):
        return False
    has_old_task = "prefect.task" in imported and any(option in text for option in _OLD_OPTIONS)
    return has_old_task or not _USED_OTHERWISE.isdisjoint(imported) or _needs_prefect_1(imported)


def _is_new(name: str) -> bool:
    return any(f"{name}.".startswith(f"{each}.") for each in _NEW)


def may_need_prefect_1(imports: Iterable[ast.stmt]) -> bool:
    """Return whether a name that *imports* bind was removed, or has removed attributes."""
    return _needs_prefect_1(_of_prefect(imports))


def _needs_prefect_1(imported: set[str]) -> bool:
    return any(name in _PARTLY_GONE or is_gone(name) for name in imported)


def _of_prefect(imports: Iterable[ast.stmt]) -> set[str]:
    imported = {name for _, name in imported_names(imports)}
    return {canonical(name) for name in imported if name == "prefect" or name.startswith("prefect.")}


def is_prefect_1(module: FlowModule) -> bool:
    """Return whether a file uses names that only Prefect 1 had."""
    names = module.names
    if any(_is_new(names.of(node)) for node in names.references):
        return False
    used = [*names.imported.values(), *(names.of(node) for node in names.references)]
    if any(is_gone(name) and canonical(name) not in _AGAIN for name in used if name.startswith("prefect.")):
        return True
    for node in names.references:
        parent = module.parent(node)
        called = names.called(parent)
        if called == "prefect.Flow" and isinstance(parent, ast.Call):
            return keyword(parent, "fn") is None
        if called in _AGAIN and isinstance(parent, ast.Call) and keyword(parent, "clocks") is not None:
            return True
        if called == "prefect.task" and _has_old_options(parent):
            return True
        if isinstance(parent, ast.ClassDef) and node in parent.bases and names.of(node) in _BASES:
            return True
    return False


def _has_old_options(call: ast.AST | None) -> bool:
    return isinstance(call, ast.Call) and any(each.arg in _OLD_OPTIONS for each in call.keywords)
