"""Blocks that a script loads, and makes and saves by the same name where they are not there yet."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from syntask_yaml.pysource.bindings import Assigned, Binding

_LOADS, _SAVES = frozenset({"load", "aload"}), frozenset({"save", "asave"})


@dataclass(frozen=True, slots=True)
class _Attempt:
    """The call that loads a block, and the expressions that stand for the same block elsewhere."""

    load: ast.Call
    others: Sequence[ast.expr]


def loaded_or_made(held: Sequence[Binding], tree: ast.Module) -> ast.expr | None:
    """The call that loads a block, if the values *held* are that call and a new block of the same name:

    try:
        block = S3.load("code")
    except ValueError:
        block = S3(bucket_path="code")
        block.save("code")
    """
    values = [_awaited(each.origin.value) for each in held if isinstance(each.origin, Assigned)]
    if not values or len(values) != len(held):
        return None
    for node in ast.walk(tree):
        attempt = _attempt(node) if isinstance(node, ast.Try) else None
        if attempt and values[0] is attempt.load and all(each in attempt.others for each in values[1:]):
            return attempt.load
    return None


def returned_block(body: Sequence[ast.stmt]) -> ast.expr | None:
    """The same of a function whose last statement is such an attempt, and returns the block."""
    last = body[-1]
    attempt = _attempt(last) if isinstance(last, ast.Try) and _leaves(last) else None
    if attempt is None:
        return None
    returned = [node.value for node in _walk(body) if isinstance(node, ast.Return)]
    same = {attempt.load, *attempt.others}
    variables = {name for name, values in _assigned(body).items() if values <= same}
    is_block = [
        _awaited(each) in same or (isinstance(each, ast.Name) and each.id in variables) for each in returned
    ]
    return attempt.load if all(is_block) else None


def _leaves(statement: ast.stmt) -> bool:
    """Whether nothing runs behind the statement."""
    match statement:
        case ast.Return() | ast.Raise():
            return True
        case ast.If(body=[*_, last], orelse=[*_, other]):
            return _leaves(last) and _leaves(other)
        case ast.Try(body=body, orelse=orelse, handlers=handlers):
            return all(_leaves(block[-1]) for block in (orelse or body, *(each.body for each in handlers)))
    return False


def _attempt(node: ast.Try) -> _Attempt | None:
    """What the statement loads, if each handler that goes on saves a new block by that name."""
    loads = list(_calls(node.body, _LOADS))
    if len(loads) != 1 or node.finalbody:
        return None
    (load,) = loads
    assert isinstance(load.func, ast.Attribute)
    others: list[ast.expr] = []
    for handler in node.handlers:
        if not isinstance(handler.body[-1], ast.Raise):
            same = _same_block(handler, ast.dump(load.func.value), _name(load))
            if not same:
                return None
            others += same
    return _Attempt(load, others)


def _same_block(handler: ast.ExceptHandler, kind: str, name: str) -> list[ast.expr]:
    """The one block of the *kind* that the handler makes, and what it loads, if all is called *name*."""
    made = [
        node for node in _walk(handler.body) if isinstance(node, ast.Call) and ast.dump(node.func) == kind
    ]
    saves, loads = list(_calls(handler.body, _SAVES)), list(_calls(handler.body, _LOADS))
    names = {_name(call) for call in (*saves, *loads)}
    is_same = len(made) == len(saves) == 1 and names == {name} and bool(name)
    return [*made, *loads] if is_same else []


def _calls(nodes: Iterable[ast.AST], methods: frozenset[str]) -> Iterator[ast.Call]:
    for node in _walk(nodes):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in methods:
            yield node


def _name(call: ast.Call) -> str:
    """The name that a call gives a block, as source; empty for one that is worked out."""
    named = [*call.args[:1], *(each.value for each in call.keywords if each.arg == "name")]
    return ast.dump(named[0]) if named and isinstance(named[0], (ast.Constant, ast.Name)) else ""


def _assigned(body: Sequence[ast.stmt]) -> dict[str, set[ast.expr | None]]:
    """The values that are assigned to each variable."""
    found: dict[str, set[ast.expr | None]] = {}
    for node in _walk(body):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found.setdefault(name, set()).add(_awaited(value))
            case ast.AnnAssign(target=ast.Name(id=name), value=value):
                found.setdefault(name, set()).add(_awaited(value))
    return found


def _awaited(node: ast.expr | None) -> ast.expr | None:
    return node.value if isinstance(node, ast.Await) else node


def _walk(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    return (inner for node in nodes for inner in ast.walk(node))
