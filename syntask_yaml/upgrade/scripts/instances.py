"""Attributes of objects that hold settings: of data classes, named tuples and classes that only set them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from syntask_yaml.pysource.module import ALTERING
from syntask_yaml.pysource.symbols import Definition, Member, Unknowable
from syntask_yaml.upgrade.scripts.reach import Closure, Frame, external_name, of_class, reach
from syntask_yaml.upgrade.scripts.surroundings import scope_at

_DATACLASS, _NAMED_TUPLE, _FIELD = "dataclasses.dataclass", "typing.NamedTuple", "dataclasses.field"
_EMPTY: Mapping[str, ast.expr] = {
    "builtins.list": ast.List([], ast.Load()),
    "builtins.dict": ast.Dict([], []),
}
# Methods that can give attributes other values than the class says.
_UNCLEAR = frozenset(
    {
        "__getattr__",
        "__getattribute__",
        "__setattr__",
        "__delattr__",
        "__new__",
        "__post_init__",
        "__set_name__",
        "__init_subclass__",
    }
)
# Options of `dataclass` that leave its constructor as it is.
_HARMLESS = frozenset({"frozen", "slots", "order", "eq", "repr", "unsafe_hash", "kw_only"})
_SETTERS = frozenset({"setattr", "delattr", "vars", "__dict__", "__setattr__"})


@dataclass(frozen=True, slots=True)
class _Field:
    """An attribute that the constructor of a class takes, and what it is without an argument."""

    name: str
    default: ast.expr | None


def attribute_of(node: ast.Attribute, frame: Frame) -> Closure | None:
    """What `settings.name` is where `settings` is an object that a class of the project makes.
    Raises Unknowable."""
    made = reach(node.value, frame)
    if isinstance(made, Closure) and isinstance(made.node, ast.Attribute):
        held = attribute_of(made.node, made.frame)
        made = reach(held.node, held.frame) if held else made
    if not isinstance(made, Closure) or not isinstance(made.node, ast.Call):
        return None
    if not isinstance(made.node.func, (ast.Name, ast.Attribute)):
        return None
    match reach(made.node.func, made.frame):
        case Definition(node=ast.ClassDef() as kind, scope=scope) as found:
            modules = {each.module.path: each.module.tree for each in (frame.scope, made.frame.scope, scope)}
            if _is_set_elsewhere(node.attr, kind, modules.values()):
                raise Unknowable(f"`{node.attr}` is set after the object is made")
            return _attribute(node.attr, found, kind, made.node, made.frame)
    return None


def _is_set_elsewhere(name: str, kind: ast.ClassDef, modules: Iterable[ast.Module]) -> bool:
    """Whether something but the constructor of the class *kind* may set the attribute *name*."""
    own = {id(node) for each in kind.body if _is_constructor(each) for node in ast.walk(each)}
    for node in (each for tree in modules for each in ast.walk(tree)):
        match node:
            case ast.Subscript(value=ast.Attribute(attr=attribute), ctx=ast.Store() | ast.Del()):
                if attribute == name:
                    return True
            case ast.Call(func=ast.Attribute(value=ast.Attribute(attr=attribute), attr=method)):
                if attribute == name and method in ALTERING:
                    return True
            case ast.Attribute(attr=attribute, ctx=ast.Store() | ast.Del()):
                if attribute == name and id(node) not in own:
                    return True
            case ast.Name(id=used) | ast.Attribute(attr=used) if used in _SETTERS:
                return True
    return False


def _is_constructor(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name == "__init__"


def _attribute(
    name: str, made: Definition, kind: ast.ClassDef, call: ast.Call, site: Frame
) -> Closure | None:
    there = Frame(made.scope.within(kind))
    methods = [each for each in kind.body if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef))]
    if kind.keywords or any(each.name in _UNCLEAR or each.name == name for each in methods):
        return None
    if _holds_fields(kind, there):
        fields = None if any(map(_is_constructor, methods)) else _fields(kind, there)
        return _passed(name, fields, call, site, there) if fields is not None else None
    if kind.decorator_list or any(external_name(base, there) != "builtins.object" for base in kind.bases):
        return None
    constructor = next((each for each in methods if each.name == "__init__"), None)
    if isinstance(constructor, ast.FunctionDef) and not constructor.decorator_list:
        found = _set_by(constructor, name, call, site, there)
        if found is not None or any(_sets(node, name) for node in ast.walk(constructor)):
            return found
    elif call.args or call.keywords:
        return None
    reached = of_class(Member(made, name), site)
    return reached if isinstance(reached, Closure) else None


def _holds_fields(kind: ast.ClassDef, there: Frame) -> bool:
    """Whether the class is a data class, or a named tuple."""
    made = [each for each in kind.decorator_list if isinstance(each, ast.Call)]
    if any(keyword.arg not in _HARMLESS for each in made for keyword in each.keywords):
        return False
    decorators = [each.func if isinstance(each, ast.Call) else each for each in kind.decorator_list]
    bases = [external_name(each, there) for each in kind.bases]
    names = [external_name(each, there) for each in decorators]
    return (names == [_DATACLASS] and not bases) or (not names and bases == [_NAMED_TUPLE])


def _fields(kind: ast.ClassDef, there: Frame) -> list[_Field] | None:
    """The fields in order; None if one of them is more than a value that is passed."""
    found = []
    for statement in kind.body:
        if not isinstance(statement, ast.AnnAssign):
            continue
        annotation = ast.unparse(statement.annotation)
        if not isinstance(statement.target, ast.Name) or "InitVar" in annotation or "KW_ONLY" in annotation:
            return None
        if "ClassVar" in annotation:
            continue
        default = statement.value
        if isinstance(default, ast.Call) and external_name(default.func, there) == _FIELD:
            default = _of_field(default, there)
            if default is None:
                return None
        found.append(_Field(statement.target.id, default))
    return found


def _of_field(call: ast.Call, there: Frame) -> ast.expr | None:
    """The default of `field(default=…)` or `field(default_factory=…)`, which say nothing else."""
    match call:
        case ast.Call(args=[], keywords=[ast.keyword(arg="default", value=value)]):
            return value
        case ast.Call(args=[], keywords=[ast.keyword(arg="default_factory", value=ast.Lambda(body=body))]):
            return None if any(isinstance(each, ast.Name) for each in ast.walk(body)) else body
        case ast.Call(args=[], keywords=[ast.keyword(arg="default_factory", value=factory)]):
            empty = _EMPTY.get(external_name(factory, there))
            return ast.copy_location(type(empty)(**vars(empty)), call) if empty is not None else None
    return None


def _passed(name: str, fields: Sequence[_Field], call: ast.Call, site: Frame, there: Frame) -> Closure | None:
    """The value of the field *name* of the object that *call* makes."""
    given = _given([each.name for each in fields], call)
    field = next((each for each in fields if each.name == name), None)
    if given is None or field is None:
        return None
    if name in given:
        return Closure(given[name], site)
    return Closure(field.default, there) if field.default is not None else None


def _given(names: Sequence[str], call: ast.Call) -> dict[str, ast.expr] | None:
    """The arguments of *call* by name; None where some are unpacked, or not taken."""
    is_unpacked = any(isinstance(each, ast.Starred) for each in call.args)
    if is_unpacked or len(call.args) > len(names) or any(each.arg is None for each in call.keywords):
        return None
    found = dict(zip(names, call.args, strict=False))
    found |= {each.arg: each.value for each in call.keywords if each.arg}
    return found if found.keys() <= set(names) else None


def _set_by(
    constructor: ast.FunctionDef, name: str, call: ast.Call, site: Frame, there: Frame
) -> Closure | None:
    """What `self.name = …` sets, if that is said once and in any case."""
    taken = constructor.args
    if taken.posonlyargs or taken.vararg or taken.kwarg or not taken.args:
        return None
    ordered = [each.arg for each in taken.args[1:]]
    given = _given([*ordered, *(each.arg for each in taken.kwonlyargs)], call)
    if given is None or len(call.args) > len(ordered):
        return None
    always = [value for statement in constructor.body for value in _set_to(statement, name)]
    if len(always) != sum(_sets(node, name) for node in ast.walk(constructor)) or len(always) != 1:
        return None
    names: dict[str, Closure | None] = dict(_defaults(taken, there))
    names |= {key: Closure(value, site) for key, value in given.items()}
    frame = Frame(scope_at(always[0], [constructor], there.scope.outside().deferred()))
    bound = frame.scope.around.names
    return Closure(always[0], frame.binding({key: None if key in bound else names[key] for key in names}))


def _defaults(taken: ast.arguments, there: Frame) -> Iterator[tuple[str, Closure | None]]:
    without = len(taken.args) - len(taken.defaults)
    for index, each in enumerate(taken.args):
        yield each.arg, Closure(taken.defaults[index - without], there) if index >= without else None
    for each, default in zip(taken.kwonlyargs, taken.kw_defaults, strict=True):
        yield each.arg, Closure(default, there) if default is not None else None


def _set_to(statement: ast.stmt, name: str) -> Iterator[ast.expr]:
    match statement:
        case ast.Assign(targets=[target], value=value) if _sets(target, name):
            yield value
        case ast.AnnAssign(target=target, value=ast.expr() as value) if _sets(target, name):
            yield value


def _sets(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Attribute(attr=attribute, ctx=ast.Store() | ast.Del()):
            return attribute == name
    return False
