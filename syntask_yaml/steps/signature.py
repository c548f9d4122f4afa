"""The parameters of a step function, read from its source without running any of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.errors import NotFound
from syntask_yaml.steps.locate import Module, locate
from syntask_yaml.steps.registry import StepDefinition

_Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef

# Decorators under which a function keeps its parameters. With any other one they cannot be known.
_TRANSPARENT = frozenset({"cache", "lru_cache", "deprecated", "staticmethod", "sync_compatible"})
_MAX_HOPS = 8
_OUR_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Signature:
    """What inputs can fill: *parameters* with their annotations, those that are *required*, and those
    that are null by default. *is_open*: it takes any others too. *takes_context*: it is given one."""

    parameters: Mapping[str, ast.expr | None]
    required: frozenset[str]
    null_by_default: frozenset[str]
    is_open: bool
    takes_context: bool


def signature_of(definition: StepDefinition, root: Path) -> Signature | None:
    """The signature of a step's function; None if the source does not tell.

    Modules are looked for in *root* first. Raises NotFound if there is no such module or function.
    """
    root = root if definition.builtin is None else _OUR_ROOT
    module = _module_of(definition, root)
    if "." in definition.attribute:
        return None
    function = _function(module, definition, root)
    if function is None or not all(_name_of(each) in _TRANSPARENT for each in function.decorator_list):
        return None
    return _signature(function.args)


def _module_of(definition: StepDefinition, root: Path) -> Module:
    module: Module | None
    if definition.is_file:
        path = root / definition.module
        module, kind = Module(path.stem, path) if path.is_file() else None, "file"
    else:
        module, kind = locate(definition.module, root), "module"
    if module is None:
        hint = "Correct the name, install its package, or name the package under `requires`."
        detail = f"There is no {kind} `{definition.module}` for the step `{definition.name}`."
        raise NotFound(detail, hint=hint)
    return module


def _function(module: Module, wanted: StepDefinition, root: Path) -> _Function | None:
    """The `def` of the function, also where the module has it from another one."""
    name = wanted.attribute
    for _hop in range(_MAX_HOPS):
        bound = _names(module)
        if bound is None:
            return None
        if name not in bound:
            hint = did_you_mean(name, [each for each in bound if not each.startswith("_")])
            raise NotFound(f"`{wanted.module}` has no function `{wanted.attribute}`.", hint=hint)
        found = bound[name]
        if isinstance(found, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return found
        origin = _origin(module, found, root) if isinstance(found, ast.ImportFrom) else None
        if origin is None or not isinstance(found, ast.ImportFrom):
            return None
        name = next(each.name for each in found.names if (each.asname or each.name) == name)
        module = origin
    return None


def _names(module: Module) -> Mapping[str, ast.stmt] | None:
    """Each name that the module binds at its top, and by which statement; None if it cannot be said."""
    if module.source is None:
        return None
    try:
        bound = _bindings(module.source, module.source.stat().st_mtime_ns)
    except (OSError, SyntaxError, ValueError, RecursionError):
        return None
    return None if "*" in bound or "__getattr__" in bound else bound


@lru_cache(maxsize=256)
def _bindings(source: Path, _changed: int) -> Mapping[str, ast.stmt]:
    tree = ast.parse(source.read_bytes())
    return {name: statement for statement in _top_level(tree.body) for name in _bound_by(statement)}


def _top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        if isinstance(statement, (ast.If, ast.Try, ast.With)):
            for inner in ("body", "orelse", "finalbody"):
                yield from _top_level(getattr(statement, inner, []))
            for handler in getattr(statement, "handlers", []):
                yield from _top_level(handler.body)
        else:
            yield statement


def _bound_by(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            yield from ((each.asname or each.name).partition(".")[0] for each in names)
        case _:
            for node in ast.walk(statement):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    yield node.id


def _origin(module: Module, statement: ast.ImportFrom, root: Path) -> Module | None:
    """The module that a `from … import …` takes its names from."""
    if not statement.level:
        return locate(statement.module or "", root)
    parts = module.name.split(".")
    steps_up = statement.level - bool(module.folders)  # a package's own name is where it starts
    if steps_up >= len(parts):
        return None
    package = parts[: len(parts) - steps_up]
    return locate(".".join([*package, *filter(None, [statement.module])]), root)


def _name_of(decorator: ast.expr) -> str:
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    return target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")


def _signature(arguments: ast.arguments) -> Signature:
    plain = [*arguments.posonlyargs, *arguments.args]
    without_default: list[ast.expr | None] = [None] * (len(plain) - len(arguments.defaults))
    pairs = list(zip(plain, [*without_default, *arguments.defaults], strict=True))
    takes_context = bool(plain) and plain[0].arg == "context"
    by_name = pairs[max(len(arguments.posonlyargs), takes_context) :]
    by_name += zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    return Signature(
        {each.arg: each.annotation for each, _ in by_name},
        frozenset(each.arg for each, default in by_name if default is None),
        frozenset(each.arg for each, default in by_name if _is_null(default)),
        is_open=arguments.kwarg is not None,
        takes_context=takes_context,
    )


def _is_null(default: ast.expr | None) -> bool:
    return isinstance(default, ast.Constant) and default.value is None
