"""Read the inputs of a step function from its source."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.errors import NotFound
from syntask_yaml.pysource.locate import ModuleLocation, locate_anywhere
from syntask_yaml.pysource.module import read_unchanged
from syntask_yaml.pysource.signature import Parameter, find_function, parameters
from syntask_yaml.pysource.symbols import Undefined
from syntask_yaml.steps.registry import StepDefinition

# Decorators that keep the parameters of a function. With others, the parameters are unknown.
_TRANSPARENT = frozenset({"cache", "lru_cache", "deprecated", "staticmethod", "sync_compatible"})
_OUR_ROOT = Path(__file__).parents[2]


class Signature(NamedTuple):
    """The inputs of a function. *is_open*: it takes any other inputs. *takes_context*: it takes a context."""

    parameters: Mapping[str, Parameter]
    is_open: bool
    takes_context: bool


def signature_of(definition: StepDefinition, root: Path) -> Signature | None:
    """Return the signature of a step's function; None if it is not known statically.

    Modules are located in *root* first. Raises NotFound if the module or function does not exist.
    """
    root = root if definition.builtin is None else _OUR_ROOT
    located = _located(definition, root)
    if "." in definition.attribute:
        return None
    try:
        function = find_function(definition.attribute, located, root)
    except Undefined:
        raise NotFound(
            f"`{definition.module}` has no function `{definition.attribute}`.",
            hint=did_you_mean(definition.attribute, _public_names(located)),
        ) from None
    node = function and function.node
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return None
    is_transparent = definition.builtin is not None or {*map(_name_of, node.decorator_list)} <= _TRANSPARENT
    return _signature(node.args) if is_transparent else None


def _located(definition: StepDefinition, root: Path) -> ModuleLocation:
    if definition.is_file:
        path = root / definition.module
        located, kind = ModuleLocation(path) if path.is_file() else None, "file"
    else:
        located, kind = locate_anywhere(definition.module, (root,)), "module"
    if located is None:
        hint = "Fix the name, install its package, or add the package to `requires`."
        detail = f"The {kind} `{definition.module}` of the step `{definition.name}` does not exist."
        raise NotFound(detail, hint=hint)
    return located


def _public_names(located: ModuleLocation) -> list[str]:
    names = read_unchanged(located.file).names.names if located.file else ()
    return [name for name in names if not name.startswith("_")]


def _name_of(decorator: ast.expr) -> str:
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    return target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")


def _signature(arguments: ast.arguments) -> Signature:
    listed = list(parameters(arguments))
    takes_context = bool(listed) and listed[0].name == "context" and listed[0].is_positional
    by_name = [each for each in listed[takes_context:] if each.is_by_name]
    return Signature({each.name: each for each in by_name}, arguments.kwarg is not None, takes_context)
