"""The values of loop variables and parameters at a call: one frame for each execution."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from syntask_yaml.pysource.symbols import Definition, Unknowable
from syntask_yaml.upgrade.scripts.calls import Calls
from syntask_yaml.upgrade.scripts.reach import Closure, Frame, external_name, reach
from syntask_yaml.upgrade.scripts.surroundings import Function, function_around, scope_at

_MAX_FRAMES = 200
_MAX_DEPTH = 5
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)

Names = Mapping[str, Closure | None]


def frames_of(calls: Calls, node: ast.Call, around: Sequence[ast.AST], depth: int = 0) -> list[Frame]:
    """Return the frames in which *node* runs, at most 200; *around* are its enclosing nodes."""
    found = _caller_frames(calls, node, around, depth)
    function = function_around(around)
    inner = around if function is None else around[list(around).index(function) + 1 :]
    for each in inner:
        rounds = (frame.binding(names) for frame in found for names in _rounds(each, frame))
        found = list(islice(rounds, _MAX_FRAMES))
    return found


def _caller_frames(calls: Calls, node: ast.Call, around: Sequence[ast.AST], depth: int) -> list[Frame]:
    """Return the frames from the calls of the function that contains *node*."""
    here = Frame(scope_at(node, around, calls.scope))
    function = function_around(around)
    if function is None or not _parameters(function):
        return [here]
    sites = calls.of_function(function.name) if depth < _MAX_DEPTH else []
    defaults = _defaults(function, Frame(calls.scope))
    found = [
        here.binding(_without_rebound({**defaults, **_arguments(function, site, frame)}, here))
        for site, outer in sites
        if site is not node and function not in outer
        for frame in frames_of(calls, site, outer, depth + 1)
    ]
    return found[:_MAX_FRAMES] or [here.binding(_without_rebound(defaults, here))]


def returned_by(call: ast.Call, frame: Frame) -> Closure | None:
    """Return the result of a function of the project for *call*, if its only return is the last statement."""
    if not isinstance(call.func, (ast.Name, ast.Attribute)):
        return None
    try:
        reached = reach(call.func, frame)
    except Unknowable:
        return None
    match reached:
        case Definition(node=ast.FunctionDef() | ast.AsyncFunctionDef() as function, scope=scope):
            value = _only_result(function)
            if value is not None:
                names = {**_defaults(function, Frame(scope.deferred())), **_arguments(function, call, frame)}
                inner_frame = Frame(scope_at(value, [function], scope.deferred()))
                return Closure(value, inner_frame.binding(_without_rebound(names, inner_frame)))
    return None


def _only_result(function: Function) -> ast.expr | None:
    """Return the expression of the last statement's return; None for decorators or other results."""
    inside = [node for statement in function.body for node in _own_nodes(statement)]
    leaving = [node for node in inside if isinstance(node, (ast.Return, ast.Yield, ast.YieldFrom))]
    last = function.body[-1]
    if function.decorator_list or leaving != [last] or not isinstance(last, ast.Return):
        return None
    return last.value


def _own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the node and its descendants, without the bodies of nested functions."""
    yield node
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
        for child in ast.iter_child_nodes(node):
            yield from _own_nodes(child)


def _without_rebound(names: Names, frame: Frame) -> Names:
    """Return *names* without values for parameters that the function rebinds."""
    bound = frame.scope.around.names
    return {name: None if name in bound else value for name, value in names.items()}


def _parameters(function: Function) -> list[str]:
    given = function.args
    named = [each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return [*named, *(each.arg for each in (given.vararg, given.kwarg) if each)]


def _defaults(function: Function, frame: Frame) -> dict[str, Closure | None]:
    given = function.args
    found: dict[str, Closure | None] = dict.fromkeys(_parameters(function))
    ordered = [*given.posonlyargs, *given.args]
    for each, value in zip(ordered[len(ordered) - len(given.defaults) :], given.defaults, strict=True):
        found[each.arg] = Closure(value, frame)
    for each, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        if default is not None:
            found[each.arg] = Closure(default, frame)
    return found


def _arguments(function: Function, site: ast.Call, frame: Frame) -> Names:
    """Return the parameters with the arguments at *site*, up to an unpacked one."""
    ordered = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
    named = {*ordered, *(each.arg for each in function.args.kwonlyargs)}
    found: dict[str, Closure | None] = {}
    for name, value in zip(ordered, site.args, strict=False):
        if isinstance(value, ast.Starred):
            break
        found[name] = Closure(value, frame)
    for keyword in site.keywords:
        if keyword.arg is None:
            found |= dict.fromkeys(named - found.keys())
        elif keyword.arg in named:
            found[keyword.arg] = Closure(keyword.value, frame)
    rest = [each for each in site.keywords if each.arg not in named]
    if function.args.kwarg and all(each.arg is not None for each in rest):
        found[function.args.kwarg.arg] = Closure(_as_mapping(rest, site), frame)
    return found


def _as_mapping(keywords: Sequence[ast.keyword], site: ast.Call) -> ast.Dict:
    """Return the keyword arguments that `**` collects as a dict display."""
    keys: list[ast.expr | None] = [ast.copy_location(ast.Constant(each.arg), each) for each in keywords]
    return ast.copy_location(ast.Dict(keys, [each.value for each in keywords]), site)


def _rounds(each: ast.AST, frame: Frame) -> Iterator[Names]:
    """Yield the loop variables of each iteration; once nothing for other nodes."""
    if isinstance(each, (ast.For, ast.AsyncFor)):
        yield from _loop(each.target, each.iter, frame)
    elif isinstance(each, _COMPREHENSIONS) and _is_plain(each.generators):
        (generator,) = each.generators
        unfiltered = not generator.ifs
        yield from (
            _loop(generator.target, generator.iter, frame) if unfiltered else [_none(generator.target)]
        )
    elif isinstance(each, _COMPREHENSIONS):
        yield {name: None for generator in each.generators for name in _none(generator.target)}
    else:
        yield {}


def _is_plain(generators: Sequence[ast.comprehension]) -> bool:
    return len(generators) == 1 and not generators[0].ifs


def _loop(target: ast.expr, iterable: ast.expr, frame: Frame) -> Iterator[Names]:
    every = rounds(target, iterable, frame)
    yield from [_none(target)] if every is None else every


def rounds(target: ast.expr, iterable: ast.expr, frame: Frame) -> list[Names] | None:
    """Return the values of *target* in each iteration over *iterable*, at most 200; None if unknown."""
    items = _items(iterable, frame)
    return None if items is None else [_bound(target, item) for item in items[:_MAX_FRAMES]]


def _none(target: ast.expr) -> dict[str, None]:
    return {each.id: None for each in ast.walk(target) if isinstance(each, ast.Name)}


def _bound(target: ast.expr, item: Sequence[Closure]) -> Names:
    """Return the variables of *target* for an item, or for each element of an unpacked item."""
    if isinstance(target, ast.Name) and len(item) == 1:
        return {target.id: item[0]}
    if isinstance(target, (ast.Tuple, ast.List)):
        parts = item if len(item) > 1 else _parts(item[0])
        if parts is not None and len(parts) == len(target.elts):
            found: dict[str, Closure | None] = {}
            for inner, part in zip(target.elts, parts, strict=True):
                found |= _bound(inner, [part])
            return found
    return _none(target)


def _parts(item: Closure) -> list[Closure] | None:
    try:
        match reach(item.node, item.frame):
            case Closure(node=ast.List(elts=items) | ast.Tuple(elts=items), frame=inner_frame):
                return [Closure(each, inner_frame) for each in items]
    except Unknowable:
        pass
    return None


def _items(iterable: ast.expr, frame: Frame) -> list[list[Closure]] | None:
    """Return the items of a list or dict display, each as its elements; None for other expressions."""
    try:
        match reach(iterable, frame):
            case Closure(node=ast.List(elts=items) | ast.Tuple(elts=items), frame=inner_frame):
                if not any(isinstance(each, ast.Starred) for each in items):
                    return [[Closure(each, inner_frame)] for each in items]
            case Closure(node=ast.Dict(keys=keys), frame=inner_frame) if None not in keys:
                return [[Closure(key, inner_frame)] for key in keys if key is not None]
            case Closure(node=ast.Call() as call, frame=inner_frame):
                return _of_call(call, inner_frame)
    except Unknowable:
        pass
    return None


def _of_call(call: ast.Call, frame: Frame) -> list[list[Closure]] | None:
    match call:
        case ast.Call(func=ast.Attribute(value=owner, attr="items" | "values" as method), args=[]):
            return _of_mapping(owner, method, frame)
        case ast.Call(args=[several]) if external_name(call.func, frame) == "builtins.enumerate":
            inner = _items(several, frame) or []
            numbers = _counted(len(inner), call, frame)
            return [[number, *each] for number, each in zip(numbers, inner, strict=True)] or None
        case ast.Call(args=[*several], keywords=[]) if external_name(call.func, frame) == "builtins.zip":
            return _zipped(several, frame)
        case ast.Call(args=[ast.Constant(value=int() as count)]) if count <= _MAX_FRAMES:
            if external_name(call.func, frame) == "builtins.range":
                return [[number] for number in _counted(count, call, frame)]
    return None


def _zipped(several: Sequence[ast.expr], frame: Frame) -> list[list[Closure]] | None:
    """Return the items of `zip`, each as its elements, one from each of *several*."""
    columns = []
    for each in several:
        items = _items(each, frame)
        if items is None or any(len(item) != 1 for item in items):
            return None
        columns.append([item[0] for item in items])
    return [list(row) for row in zip(*columns, strict=False)]


def _of_mapping(owner: ast.expr, method: str, frame: Frame) -> list[list[Closure]] | None:
    match reach(owner, frame):
        case Closure(node=ast.Dict(keys=keys, values=values), frame=inner_frame) if None not in keys:
            pairs = [(key, value) for key, value in zip(keys, values, strict=True) if key is not None]
            parts = pairs if method == "items" else [(value,) for _, value in pairs]
            return [[Closure(part, inner_frame) for part in each] for each in parts]
    return None


def _counted(count: int, call: ast.Call, frame: Frame) -> list[Closure]:
    return [Closure(ast.copy_location(ast.Constant(number), call), frame) for number in range(count)]
