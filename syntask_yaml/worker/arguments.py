"""Conversion of parameters from JSON to the types of the flow's annotations.

As in Prefect, pydantic converts each parameter separately, including defaults. It is the pydantic of the
run's Python, and is not imported for values that need no conversion.
"""

from __future__ import annotations

import inspect
import logging
import types
from collections.abc import Callable, Mapping
from typing import Any, Union, get_args, get_origin, get_type_hints

from syntask_yaml.errors import ParametersInvalid
from syntask_yaml.worker.plain_arguments import convert

_PLAIN = (str, int, float, bool, list, dict, type(None))


class _Misfit(Exception):
    """A value does not match its annotation; each argument is a path inside the value, and the reason."""


def bind_with_defaults(signature: inspect.Signature, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return a value for each name of *signature*: from *parameters*, or else its default.

    Raises TypeError for unexpected or missing parameters.
    """
    bound = signature.bind(**parameters)
    bound.apply_defaults()
    return {name: _unwrapped(value) for name, value in bound.arguments.items()}


def converted(
    function: Callable[..., Any], signature: inspect.Signature, values: Mapping[str, Any]
) -> dict[str, Any]:
    """Return *values* converted to the annotations of *function*, except `*args` and `**kwargs`.

    A value with an unusable annotation is unchanged, and the annotation is logged. Raises ParametersInvalid
    for values that do not match.
    """
    arguments: dict[str, Any] = {}
    problems = []
    for name, parameter in signature.parameters.items():
        if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            try:
                arguments[name] = _converted(function, parameter, values[name])
            except _Misfit as misfit:
                problems += [f"`{name}{path}` does not fit: {reason}" for path, reason in misfit.args]
    if problems:
        raise ParametersInvalid("\n".join(problems))
    return arguments


def _unwrapped(default: Any) -> Any:
    """Return the value of a default, which may be a `Field(…)`."""
    if type(default).__name__ == "FieldInfo" and hasattr(default, "get_default"):
        return default.get_default(call_default_factory=True)
    return default


def _converted(function: Callable[..., Any], parameter: inspect.Parameter, value: Any) -> Any:
    if parameter.annotation is parameter.empty:
        return value
    try:
        annotation = _evaluated(function, parameter)
        if _fits(value, annotation):
            return value
        validate = _validator(annotation)
    except Exception as error:  # noqa: BLE001  (annotations are user code, and pydantic has many errors)
        logging.getLogger("syntask").warning(
            "The annotation of the parameter `%s` cannot be used; its value is passed unchanged. %s: %s",
            parameter.name,
            type(error).__name__,
            str(error).partition("\n")[0],
        )
        return value
    return validate(value)


def _evaluated(function: Callable[..., Any], parameter: inspect.Parameter) -> Any:
    """Return the annotation as an object, with string annotations evaluated."""
    holder = types.SimpleNamespace(__annotations__={parameter.name: parameter.annotation})
    scope = getattr(inspect.unwrap(function), "__globals__", {})
    return get_type_hints(holder, globalns=scope, localns=scope, include_extras=True)[parameter.name]


def _fits(value: Any, annotation: Any) -> bool:
    """Return whether pydantic would certainly leave *value* unchanged."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation is Any:
        return True
    if origin in (Union, types.UnionType):
        return type(value) in arguments and type(value) in _PLAIN
    if origin is list and arguments:
        return type(value) is list and all(_fits(item, arguments[0]) for item in value)
    if origin is dict and arguments:
        key, each = arguments
        return type(value) is dict and all(_fits(k, key) and _fits(v, each) for k, v in value.items())
    return annotation in _PLAIN and type(value) is annotation


def _validator(annotation: Any) -> Callable[[Any], Any]:
    """Return a function that converts a value to *annotation*, and raises _Misfit.

    Raises pydantic's errors for an annotation that it does not support.
    """
    try:
        from pydantic import ConfigDict, ValidationError, create_model
    except ImportError:  # not installed, or another major version
        return lambda value: _by_hand(value, annotation)
    config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")  # as in Prefect; a TypedDict inherits
    model = create_model("Parameter", __config__=config, value=(annotation, ...))
    model.model_rebuild(raise_errors=True)

    def validate(value: Any) -> Any:
        try:
            return model.model_validate({"value": value}).value  # type: ignore[attr-defined]
        except ValidationError as error:
            problems = [(_path(each["loc"][1:]), each["msg"]) for each in error.errors(include_url=False)]
            raise _Misfit(*problems) from None

    return validate


def _path(steps: tuple[int | str, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)


def _by_hand(value: Any, annotation: Any) -> Any:
    try:
        return convert(value, annotation)
    except (ValueError, TypeError, AttributeError) as error:
        raise _Misfit(("", f"{error}")) from None
