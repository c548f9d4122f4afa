"""The arguments of a call that builds a deployment, and what is set on the deployment later."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from syntask_yaml.pysource.symbols import Unknowable
from syntask_yaml.upgrade.scripts.calls import BuildCall, Calls
from syntask_yaml.upgrade.scripts.places import Places
from syntask_yaml.upgrade.scripts.reach import Closure, Frame, reach

_POSITIONAL = ("flow", "name", "output", "skip_upload", "ignore_file", "apply", "load_existing")

# Takes the argument and the expression whose value is not known.
Leave = Callable[[str, ast.expr], None]


@dataclass(frozen=True, slots=True)
class Argument:
    """A named value of a call, and the place of its name."""

    name: str
    at: int
    value: Closure


def arguments(call: BuildCall, frame: Frame, places: Places, left: Leave) -> Iterator[Argument]:
    """The arguments of *call*; what is unpacked and not known goes to *left*."""
    start = places.start
    for name, value in zip(_POSITIONAL, call.node.args, strict=False):
        if not isinstance(value, ast.Starred):
            yield Argument(name, start(value), Closure(value, frame))
    for keyword in call.node.keywords:
        if keyword.arg is not None:
            yield Argument(keyword.arg, start(keyword), Closure(keyword.value, frame))
        else:
            yield from _unpacked(keyword.value, frame, places, left)


def _unpacked(node: ast.expr, frame: Frame, places: Places, left: Leave) -> Iterator[Argument]:
    """The arguments in a mapping that is passed with `**`."""
    at = places.start(node)
    try:
        match reach(node, frame):
            case Closure(node=ast.Dict(keys=keys, values=values), frame=there):
                for key, value in zip(keys, values, strict=True):
                    if key is None:
                        yield from _unpacked(value, there, places, left)
                    elif isinstance(key, ast.Constant) and isinstance(key.value, str):
                        yield Argument(key.value, at, Closure(value, there))
                return
            case Closure(node=ast.Call(keywords=keywords, args=[]), frame=there):
                for keyword in keywords:
                    if keyword.arg is not None:
                        yield Argument(keyword.arg, at, Closure(keyword.value, there))
                return
    except Unknowable:
        pass
    left("**", node)


def assigned(call: BuildCall, frame: Frame, calls: Calls, places: Places) -> Iterator[Argument]:
    """What the script sets on the deployment after it is built: `deployment.name = value`."""
    if not call.variable:
        return
    for node in ast.walk(calls.scope.module.tree):
        match node:
            case ast.Assign(targets=[ast.Attribute(value=ast.Name(id=name), attr=attribute)], value=value):
                if name == call.variable:
                    yield Argument(attribute, places.start(node), Closure(value, frame))
