"""Generate the schema of an extracted signature with pydantic.

The extracted code is executed in temporary modules that contain only the allowlist.
"""

from __future__ import annotations
import __future__

import ast
import builtins
import decimal
import inspect
import itertools
import sys
import types
import typing
import warnings
from collections.abc import Mapping
from threading import Lock
from types import MappingProxyType
from typing import Any

from syntask_yaml.project.flows.schema import allowed, pieces
from syntask_yaml.project.flows.schema.constants import BINARY, MAX_EXPONENT, MAX_LENGTH, is_huge
from syntask_yaml.project.flows.schema.cut import Cut
from syntask_yaml.project.flows.schema.plain import Schemas
from syntask_yaml.pysource.module import Module
from syntask_yaml.pysource.symbols import Definition, External, SourceExpression, Symbol, Unknowable

# The limit of work; pydantic needs much more time for a type than for a value.
MAX_WEIGHT, WEIGHT_OF_TYPE = 300_000, 20
PREFIX = "_syntask_cut_"
_OPERATORS = {kind.__name__: (kind(), work) for kind, work in BINARY.items()}
_DEFERRED = __future__.annotations.compiler_flag
# Suppressing warnings of pydantic is not thread-safe.
_MAKING = Lock()
_NUMBER = itertools.count()
# The built-in types that a string annotation may name.
_BUILTINS = {name: value for name, value in vars(builtins).items() if inspect.isclass(value)}


def make_schemas(function: Definition, descriptions: Mapping[str, str]) -> Schemas:
    """Return the schemas of the parameters of *function*; raise `Unknowable` if they cannot be derived."""
    needed = Cut(function)
    if needed.imports and needed.makes_objects:
        raise Unknowable("a default creates an object that may import modules")
    with _MAKING, warnings.catch_warnings(), _Modules(needed.parts) as modules:
        warnings.simplefilter("ignore")
        try:
            return modules.schemas(function, descriptions)
        except Unknowable:
            raise
        except Exception as error:
            raise Unknowable(f"evaluating the signature failed with {type(error).__name__}") from error


class _Modules:
    """The temporary modules with the extracted code."""

    def __init__(self, parts: Mapping[Module, pieces.Part]) -> None:
        self._parts = parts
        self._made: dict[Module, types.ModuleType] = {}
        self._values: dict[int, Any] = {}
        self._weight = 0
        self._refused = False

    def __enter__(self) -> _Modules:
        return self

    def __exit__(self, *_error: object) -> None:
        for module in self._made.values():
            sys.modules.pop(module.__name__, None)

    def schemas(self, function: Definition, descriptions: Mapping[str, str]) -> Schemas:
        from syntask_yaml.project.flows import child_schema

        real = getattr(self._run(function.scope.module), pieces.FUNCTION)
        made = Schemas(*child_schema.parameter_schemas(real, dict(descriptions)))
        if self._refused:
            raise Unknowable("a function of the project computes a value of the signature")
        return made

    def _run(self, module: Module) -> types.ModuleType:
        """Return the module with its extracted code, after executing the modules that it imports from."""
        if module in self._made:
            return self._made[module]
        made = types.ModuleType(f"{PREFIX}{next(_NUMBER)}_{module.path.stem}")
        self._made[module] = sys.modules[made.__name__] = made
        guards = {
            pieces.OPERATE: self._operate,
            pieces.JOIN: self._join,
            pieces.WEIGH: self._weigh,
            pieces.MAKE: self._make,
            pieces.REFUSE: self._refuse,
        }
        vars(made).update(guards, __builtins__={**_BUILTINS, "__build_class__": builtins.__build_class__})
        for step in self._parts[module].in_order() if module in self._parts else ():
            self._step(step, module, made)
        return made

    def _step(self, step: pieces.Step, module: Module, made: types.ModuleType) -> None:
        if isinstance(step, pieces.Code):
            self._weigh_names(step.statement, vars(made))
            tree = ast.fix_missing_locations(ast.Module([step.statement], []))
            flags = _DEFERRED if module.defers_annotations else 0
            exec(compile(tree, str(module.path), "exec", flags, dont_inherit=True), vars(made))
            value = vars(made)[step.name]
            self._check(value)
            self._remember(step.node, value)
            return
        holder: Any = made
        for name in (step.name, *step.path)[:-1]:
            inner = vars(holder).get(name)
            if not isinstance(inner, types.ModuleType):
                inner = types.ModuleType(name)
                setattr(holder, name, inner)
            holder = inner
        setattr(holder, (step.name, *step.path)[-1], self._object(step.symbol))

    def _remember(self, node: ast.AST, value: Any) -> None:
        self._values[id(node)] = value
        if isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.ClassDef) and hasattr(value, inner.name):
                    self._remember(inner, getattr(value, inner.name))

    def _object(self, symbol: Symbol) -> Any:
        match symbol:
            case External(name=name):
                return self._refuse if allowed.is_function(name) else allowed.named(name)
            case (
                Definition(node=ast.ClassDef() as node, scope=scope)
                | SourceExpression(node=node, scope=scope)
            ):
                self._run(scope.module)
                if id(node) in self._values:
                    return self._values[id(node)]
            case Definition():
                return self._refuse
        raise Unknowable(f"`{getattr(symbol, 'name', '')}` is not defined when it is used")

    def _check(self, value: Any) -> None:
        self._weigh(value)
        if getattr(value, "model_config", None) and "regex_engine" in value.model_config:
            raise Unknowable("how a pattern is matched cannot be determined from the source")

    # Functions called by the extracted code

    def _weigh(self, value: Any, names: Mapping[str, Any] = MappingProxyType({})) -> Any:
        """Return *value*; raise `Unknowable` if all values are too many. *names* resolves texts in types."""
        waiting = [value]
        while waiting:
            each = waiting.pop()
            self._weight += 1
            if isinstance(each, dict):
                inside = [*each.keys(), *each.values()]
            elif isinstance(each, (list, tuple, set, frozenset)):
                inside = list(each)
            elif isinstance(each, (int, float, str, bytes)):
                inside = []
                self._weight += len(each) >> 4 if isinstance(each, (str, bytes)) else 0
            else:
                inside = _parts_of_type(each, names) or _fields(each)
                # The name of a generic class includes the names of all its arguments.
                self._weight += len(each.__name__) if isinstance(each, type) else 0
                self._weight += WEIGHT_OF_TYPE if inside else 0
            if self._weight > MAX_WEIGHT:
                raise Unknowable("the signature has too many types and values")
            waiting.extend(inside)
        return value

    def _weigh_names(self, statement: ast.stmt, names: Mapping[str, Any]) -> None:
        """Add the weight of the names that *statement* reuses: their sum may exceed each of its parts."""
        for node in ast.walk(statement):
            if isinstance(node, (ast.Name, ast.Attribute)):
                self._weigh(_lookup(node, names), names)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                for value in _named(node.value, names):
                    self._weigh(value, names)

    def _operate(self, name: str, left: Any, right: Any) -> Any:
        sign, work = _OPERATORS.get(name, (None, None))
        if sign is None or work is None or is_huge(sign, left, right):
            raise Unknowable("a value is computed at run time")
        return self._weigh(_bounded(work(left, right)))

    def _join(self, *parts: Any) -> str:
        if not all(isinstance(part, (str, int, float)) for part in parts):
            raise Unknowable("a text is formatted at run time")
        return str(self._weigh("".join(map(str, parts))))

    def _make(self, name: str, *args: Any, **named: Any) -> Any:
        work = allowed.maker(name)
        assert work is not None
        return self._weigh(_bounded(work(*args, **named)))

    def _refuse(self, value: Any = None) -> Any:  # noqa: ARG002  # validators are asked how many they take
        self._refused = True
        raise Unknowable("a function of the project computes a value of the signature")


def _bounded(value: Any) -> Any:
    if isinstance(value, decimal.Decimal) and value.is_finite() and abs(value.adjusted()) > MAX_EXPONENT:
        raise Unknowable("a number has too many digits")
    if isinstance(value, (str, bytes)) and len(value) > MAX_LENGTH:
        raise Unknowable("a text is too long")
    return value


def _lookup(node: ast.AST, names: Mapping[str, Any]) -> Any:
    """Return the object of a name, also through modules; None if unknown."""
    match node:
        case ast.Name(id=name):
            return names.get(name)
        case ast.Attribute(value=value, attr=name):
            owner = _lookup(value, names)
            return vars(owner).get(name) if isinstance(owner, types.ModuleType) else None
    return None


def _fields(value: Any) -> list[Any]:
    """Return the field values of an object of a project class."""
    if isinstance(value, type) or not str(type(value).__module__).startswith(PREFIX):
        return []
    slots = getattr(type(value), "__slots__", ())
    named = [getattr(value, name, None) for name in ([slots] if isinstance(slots, str) else slots)]
    return [*getattr(value, "__dict__", {}).values(), *named]


def _parts_of_type(value: Any, names: Mapping[str, Any]) -> list[Any]:
    """Return the types that pydantic visits from a type; empty for types described once, or other values."""
    match value:
        case typing.NewType():
            return [value.__supertype__]
        case typing.TypeVar():
            return [value.__bound__, *value.__constraints__]
        case typing.ForwardRef():
            return _named(value.__forward_arg__, names)
    args = list(typing.get_args(value))
    if typing.get_origin(value) is typing.Literal:
        return args
    return [part for arg in args for part in (_named(arg, names) if isinstance(arg, str) else [arg])]


def _named(text: str, names: Mapping[str, Any]) -> list[Any]:
    """Return the objects of the names in a text, if it is an expression."""
    try:
        node = pieces.expression(text)
    except Unknowable:
        return []
    return [_lookup(part, names) for part in ast.walk(node) if isinstance(part, (ast.Name, ast.Attribute))]
