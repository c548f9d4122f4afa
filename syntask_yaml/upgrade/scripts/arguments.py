"""The arguments of a call that builds a deployment, and what is set on the deployment later."""

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

# Takes the argument and the expression whose value is not known.
Leave = Callable[[str, ast.expr], None]


@dataclass(frozen=True, slots=True)
class Argument:
    """A named value of a call, the place of its name, and the expression of the script that gives it."""

    name: str
    at: int
    value: Closure
    written: ast.expr


def arguments(call: BuildCall, frame: Frame, evaluator: Evaluator, left: Leave) -> Iterator[Argument]:
    """The arguments of *call*; what is unpacked and not known goes to *left*."""
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
    """The expression for *value*, or for the *mapping* that it is taken from in another file."""
    return value.node if value.frame.scope.module is evaluator.scope.module else mapping


def _unpacked(node: ast.expr, frame: Frame) -> Iterator[tuple[str, Closure] | None]:
    """The items of a mapping that is passed with `**`; None for what is not known."""
    try:
        reached = reach(node, frame)
    except Unknowable:
        reached = None
    match reached:
        case Closure(node=ast.Dict(keys=keys, values=values), frame=there):
            yield from _items(zip(keys, values, strict=True), there)
        case Closure(node=ast.Call(args=[], keywords=keywords, func=func), frame=there) if (
            external_name(func, there) == "builtins.dict"
        ):
            named = ((ast.Constant(each.arg) if each.arg else None, each.value) for each in keywords)
            yield from _items(named, there)
        case Closure(node=ast.Call() as call, frame=there) if returned := returned_by(call, there):
            yield from _unpacked(returned.node, returned.frame)
        case _:
            yield None


def _items(
    pairs: Iterable[tuple[ast.expr | None, ast.expr]], frame: Frame
) -> Iterator[tuple[str, Closure] | None]:
    """The same of a mapping that is written out, with others in it where the key is None."""
    for key, value in pairs:
        if key is None:
            yield from _unpacked(value, frame)
        elif isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield key.value, Closure(value, frame)
        else:
            yield None


def assigned(call: BuildCall, frame: Frame, calls: Calls, places: Places) -> Iterator[Argument]:
    """What the script sets on the deployment after it is built: `deployment.name = value`."""
    if not call.variable:
        return
    for node in ast.walk(calls.scope.module.tree):
        match node:
            case ast.Assign(targets=[ast.Attribute(value=ast.Name(id=name), attr=attribute)], value=value):
                if name == call.variable:
                    yield Argument(attribute, places.start(node), Closure(value, frame), value)
