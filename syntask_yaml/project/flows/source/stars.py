"""Which names `from … import *` binds."""

from __future__ import annotations

import ast
import math
import sys

from syntask_yaml.project.flows.source.bindings import Assigned, Binding
from syntask_yaml.project.flows.source.module import Module
from syntask_yaml.project.flows.source.symbol import Unknowable


def given_by_python(module: str, name: str) -> bool:
    """Whether a module of Python's own hands out *name*; raises `Unknowable` for any other module."""
    # Only what is loaded already is asked: nothing is imported to find out.
    if module in sys.stdlib_module_names and module in sys.modules:
        return name in getattr(sys.modules[module], "__all__", ())
    raise Unknowable(f"`from {module} import *` may bind `{name}`")


def exported(module: Module, name: str) -> bool:
    """Whether *module* lets *name* out, if it has it."""
    listed = module.names.at("__all__", math.inf)
    if not listed:
        return not name.startswith("_")
    match listed:
        case [Binding(origin=Assigned(value=ast.List(elts=items) | ast.Tuple(elts=items)))]:
            if all(isinstance(item, ast.Constant) for item in items):
                return any(isinstance(item, ast.Constant) and item.value == name for item in items)
    raise Unknowable(f"`__all__` of `{module.path.name}` is worked out when it runs")
