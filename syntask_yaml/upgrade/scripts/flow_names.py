"""The name of a flow, which a script may ask it for."""

from __future__ import annotations

import ast

from syntask_yaml.project.flows.definition import ExternalImport, NotAFlow, NotThere, find
from syntask_yaml.pysource.scope import NameScope
from syntask_yaml.pysource.symbols import Definition, Unknowable
from syntask_yaml.upgrade.scripts.reach import Frame, reach


def name_of_flow(node: ast.Attribute, frame: Frame) -> str:
    """What `main.name` is; empty for anything else, and for a name that only running the file tells."""
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
