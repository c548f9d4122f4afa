"""What `Field(…)` and the other things inside `Annotated[…]` say of a type."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from syntask_yaml.project.flows.schema.shape import MISSING, NOTHING_SAID, About, Limits
from syntask_yaml.project.flows.source.scope import Scope
from syntask_yaml.project.flows.source.symbol import Expression, External, Unknowable
from syntask_yaml.project.flows.source.values import Value, evaluate

# The keywords of `Field(…)`, by what they do; any other one is not known.
DESCRIBING = frozenset({"deprecated", "description", "examples", "title"})
NAMING = frozenset({"alias", "validation_alias"})
LIMITING = frozenset(
    {"allow_inf_nan", "decimal_places", "ge", "gt", "le", "lt", "max_digits", "max_length"}
    | {"min_length", "multiple_of", "pattern", "strict"}
)
WITHOUT_EFFECT = frozenset(
    {"exclude", "exclude_if", "frozen", "init", "init_var", "repr", "serialization_alias"}
    | {"validate_default"}
)
KNOWN = DESCRIBING | NAMING | LIMITING | WITHOUT_EFFECT | {"default", "default_factory", "json_schema_extra"}

CONVERTING = frozenset({"strip_whitespace", "to_lower", "to_upper"})
VALIDATORS = frozenset({"pydantic.AfterValidator", "pydantic.BeforeValidator"})

# What stands in `Annotated` to limit a type, and which limits its positional arguments are.
LIMITERS: Mapping[str, tuple[str, ...]] = {
    "annotated_types.Ge": ("ge",),
    "annotated_types.Gt": ("gt",),
    "annotated_types.Interval": (),
    "annotated_types.Le": ("le",),
    "annotated_types.Len": ("min_length", "max_length"),
    "annotated_types.Lt": ("lt",),
    "annotated_types.MaxLen": ("max_length",),
    "annotated_types.MinLen": ("min_length",),
    "annotated_types.MultipleOf": ("multiple_of",),
    "pydantic.Strict": ("strict",),
    "pydantic.StringConstraints": (),
}


def about(nodes: Iterable[ast.expr], scope: Scope) -> About:
    """What the arguments of `Annotated` after the first one say together."""
    said = NOTHING_SAID
    for node in nodes:
        said = together(said, _about(node, scope))
    return said


def together(earlier: About, later: About) -> About:
    """Both, where *later* has the last word; raises `Unknowable` if their order decides."""
    # Behind a validator a limit is no longer one of the type, and reads differently.
    if earlier.is_validated and later.limits:
        raise Unknowable("a limit stands behind a validator")
    return earlier.then(later)


def field_call(node: ast.expr | None, scope: Scope) -> About | None:
    """What `Field(…)` says, or None if *node* is something else."""
    if isinstance(node, ast.Call) and called(node, scope) == "pydantic.Field":
        return _field(node, scope)
    return None


def called(node: ast.Call, scope: Scope) -> str:
    """The full name of what *node* calls; empty if it is the project's own."""
    symbol = scope.resolve(node.func)
    return symbol.name if isinstance(symbol, External) else ""


def arguments(node: ast.Call, positions: tuple[str, ...] = ()) -> dict[str, ast.expr]:
    """The arguments of *node* by name, *positions* naming those that have none."""
    if len(node.args) > len(positions) or any(keyword.arg is None for keyword in node.keywords):
        raise Unknowable(f"the arguments of `{ast.unparse(node.func)}` are not plain")
    named = dict(zip(positions, node.args, strict=False))
    return named | {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}


def limits(said: Mapping[str, ast.expr], scope: Scope) -> Limits:
    """The values of *said*, without what is None; raises `Unknowable` for what is no limit."""
    if unknown := said.keys() - LIMITING - CONVERTING:
        raise Unknowable(f"what `{min(unknown)}` says of a type is not known from the source")
    values = {name: evaluate(node, scope) for name, node in said.items() if name in LIMITING}
    return {name: value for name, value in values.items() if value is not None}


def _about(node: ast.expr, scope: Scope) -> About:
    if not isinstance(node, ast.Call):
        return _remark(node, scope)
    name = called(node, scope)
    if name == "pydantic.Field":
        return _field(node, scope)
    if name in LIMITERS:
        said = arguments(node, LIMITERS[name])
        return About(limits=limits(said, scope) if said or name != "pydantic.Strict" else {"strict": True})
    if name in VALIDATORS and len(node.args) == 1 and not node.keywords:
        return About(is_validated=True)
    raise Unknowable(f"what `{ast.unparse(node.func)}(…)` says of a type is not known from the source")


def _remark(node: ast.expr, scope: Scope) -> About:
    value = evaluate(node, scope)
    if value is None or isinstance(value, (bool, int, float, str, bytes)):
        return NOTHING_SAID
    raise Unknowable(f"what `{ast.unparse(node)}` says of a type is not known from the source")


def _field(node: ast.Call, scope: Scope) -> About:
    said = arguments(node, ("default",))
    if unknown := said.keys() - KNOWN:
        raise Unknowable(f"what `{min(unknown)}` of `Field(…)` does is not known from the source")
    wanted = DESCRIBING | NAMING | {"default", "json_schema_extra"}
    values = {name: evaluate(node, scope) for name, node in said.items() if name in wanted}
    factory = said.get("default_factory")
    default = values.get("default", ...)
    return About(
        updates=_updates(values),
        extra=_extra(values.get("json_schema_extra")),
        limits=limits({name: node for name, node in said.items() if name in LIMITING}, scope),
        default=MISSING if default is ... else default,
        factory=None if factory is None else Expression(factory, scope),
        alias=_alias(values.get("validation_alias") or values.get("alias")),
    )


def _updates(values: Mapping[str, Value]) -> Mapping[str, Value]:
    updates = {name: values[name] for name in values if name in DESCRIBING and values[name] is not None}
    if not all(isinstance(updates.get(name, ""), str) for name in ("title", "description")):
        raise Unknowable("the title or the description of a field is not a plain text")
    deprecated = updates.pop("deprecated", False)
    return {**updates, **({"deprecated": True} if deprecated is not False else {})}


def _extra(value: Value) -> Mapping[str, Value]:
    if value is None:
        return {}
    if isinstance(value, dict) and all(isinstance(name, str) for name in value):
        return value
    raise Unknowable("`json_schema_extra` of a field is not a plain mapping")


def _alias(value: Value) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise Unknowable("the alias of a field is not a plain text")
