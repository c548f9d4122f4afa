"""The `name` attribute of flows in scripts."""

from __future__ import annotations

import ast

from syntask_yaml.project.flows.definition import ExternalImport, NotAFlow, NotThere, find
from syntask_yaml.pysource.scope import NameScope
from syntask_yaml.pysource.symbols import Definition, Unknowable
from syntask_yaml.upgrade.scripts.reach import Frame, reach


def name_of_flow(node: ast.Attribute, frame: Frame) -> str:
    """Return the value of `main.name`; empty if *node* is something else, or only a run knows the name."""
    if node.attr != "name":
        return ""
    try:
        found = reach(node.value, frame)
        if not isinstance(found, Definition):
            return ""
        scope = NameScope(found.scope.index, found.scope.module, found.scope.search)
        options = find(scope, found.name).options
    except (Unknowable, NotThere, NotAFlow, ExternalImport):
        return ""
    if options is None or "name" in options.unknown:
        return ""
    return options.name or found.name.replace("_", "-")
