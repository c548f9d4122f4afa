"""Imports from removed modules of Prefect 1, of names that Prefect 3 has elsewhere."""

from __future__ import annotations

import ast

from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft
from syntask_yaml.upgrade.prefect1.names import canonical
from syntask_yaml.upgrade.python_tree import statements

_HERE_TODAY = frozenset({"prefect.Flow", "prefect.Task", "prefect.tags", "prefect.task", "prefect.unmapped"})


def convert_moved_imports(draft: FlowFileDraft) -> None:
    """Import moved names from `prefect`, unless the statement imports other names as well."""
    for node in statements(draft.module.tree):
        if (
            not isinstance(node, ast.ImportFrom)
            or node.level
            or not (node.module or "").startswith("prefect.")
        ):
            continue
        module = str(node.module)
        if {canonical(f"{module}.{alias.name}") for alias in node.names} <= _HERE_TODAY:
            start, first = draft.edits.start(node), draft.edits.start(node.names[0])
            head = draft.edits.original(start, first)
            draft.edits.replace(start, first, head.replace(module, "prefect", 1))
