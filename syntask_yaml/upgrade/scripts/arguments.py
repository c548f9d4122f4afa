"""The arguments of a call that builds a deployment, and later assignments to attributes of the deployment."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from syntask_yaml.pysource.symbols import Unknowable
from syntask_yaml.upgrade.scripts.calls import BuildCall, Calls
from syntask_yaml.upgrade.scripts.evaluate import Evaluator
from syntask_yaml.upgrade.scripts.frames import returned_by
from syntask_yaml.upgrade.scripts.growing_mappings import grown_mapping
from syntask_yaml.upgrade.scripts.places import Places
from syntask_yaml.upgrade.scripts.reach import Closure, Frame, external_name, reach

_POSITIONAL = ("flow", "name", "output", "skip_upload", "ignore_file", "apply", "load_existing")

# Receives the argument and the expression whose value is unknown.
Leave = Callable[[str, ast.expr], None]


@dataclass(frozen=True, slots=True)
class Argument:
    """A named argument of a call, the position of its name, and the script's expression of its value."""

    name: str
    at: int
    value: Closure
    written: ast.expr


def arguments(call: BuildCall, frame: Frame, evaluator: Evaluator, left: Leave) -> Iterator[Argument]:
    """Yield the arguments of *call*; unknown `**` mappings go to *left*."""
    start = evaluator.places.start
    for name, value in zip(_POSITIONAL, call.node.args, strict=False):
        if not isinstance(value, ast.Starred):
            yield Argument(name, start(value), Closure(value, frame), value)
    for keyword in call.node.keywords:
        if keyword.arg is not None:
            yield Argument(keyword.arg, start(keyword), Closure(keyword.value, frame), keyword.value)
            continue
        items = list(_unpacked(keyword.value, frame))
        if None in items and isinstance(keyword.value, ast.Name):
            grown = grown_mapping(keyword.value.id, call, frame, evaluator)
            items = items if grown is None else list(grown.items())
        for item in items:
            if item is None:
                left("**", keyword.value)
            else:
                yield Argument(
                    item[0], start(keyword.value), item[1], _in_script(item[1], keyword.value, evaluator)
                )


def _in_script(value: Closure, mapping: ast.expr, evaluator: Evaluator) -> ast.expr:
    """Return the expression of *value*, or the reference to its *mapping* in another file."""
    return value.node if value.frame.scope.module is evaluator.scope.module else mapping


def _unpacked(node: ast.expr, frame: Frame) -> Iterator[tuple[str, Closure] | None]:
    """Yield the items of a mapping that is passed with `**`; None for an unknown one."""
    try:
        reached = reach(node, frame)
    except Unknowable:
        reached = None
    match reached:
        case Closure(node=ast.Dict(keys=keys, values=values), frame=inner_frame):
            yield from _items(zip(keys, values, strict=True), inner_frame)
        case Closure(node=ast.Call(args=[], keywords=keywords, func=func), frame=inner_frame) if (
            external_name(func, inner_frame) == "builtins.dict"
        ):
            named = ((ast.Constant(each.arg) if each.arg else None, each.value) for each in keywords)
            yield from _items(named, inner_frame)
        case Closure(node=ast.Call() as call, frame=inner_frame) if returned := returned_by(
            call, inner_frame
        ):
            yield from _unpacked(returned.node, returned.frame)
        case _:
            yield None


def _items(
    pairs: Iterable[tuple[ast.expr | None, ast.expr]], frame: Frame
) -> Iterator[tuple[str, Closure] | None]:
    """Yield the items of a dict display, in which a None key stands for `**`."""
    for key, value in pairs:
        if key is None:
            yield from _unpacked(value, frame)
        elif isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield key.value, Closure(value, frame)
        else:
            yield None


def assigned(call: BuildCall, frame: Frame, calls: Calls, places: Places) -> Iterator[Argument]:
    """Yield assignments to attributes after the deployment is built: `deployment.name = value`."""
    if not call.variable:
        return
    for node in ast.walk(calls.scope.module.tree):
        match node:
            case ast.Assign(targets=[ast.Attribute(value=ast.Name(id=name), attr=attribute)], value=value):
                if name == call.variable:
                    yield Argument(attribute, places.start(node), Closure(value, frame), value)
