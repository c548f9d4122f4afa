"""The schema of a loaded function's parameters, made by pydantic as Prefect has it made.

Read by `child.py`, in a process of the project's: it uses nothing but the standard library and pydantic.
"""

from __future__ import annotations

import inspect
import math
import sys
import types
import typing
from typing import Any, Dict  # noqa: UP035  # for Pythons that know no other way

Schema = Dict[str, Any]  # noqa: UP006

# Prefect makes its schema in a module with these names; what is quoted inside an annotation is
# looked up among them, and not where the function stands.
THERE = types.ModuleType("_syntask_there")
vars(THERE).update(inspect=inspect, typing=typing, t=typing)


def parameter_schema(function: Any, descriptions: dict[str, str]) -> Schema:
    """The schema of the parameters of *function*."""
    try:
        signature = inspect.signature(function, eval_str=True)
    except (NameError, TypeError):
        signature = inspect.signature(function)
    generation: Any = Version1 if uses_version_1(signature) else Version2
    listed = [
        (position, parameter)
        for position, parameter in enumerate(signature.parameters.values())
        if parameter.name not in ("self", "cls")
    ]
    fields: Schema = {}
    for position, parameter in listed:
        field = generation.field(parameter, position, descriptions.get(parameter.name))
        fields[generation.free_name(parameter.name)] = (annotated(parameter), field)
    made = plain(made_of(generation, fields))
    kept = {key: made[key] for key in ("properties", "required") if made.get(key)}
    definitions = made.get("$defs") or made.get("definitions") or {}
    return {"title": "Parameters", "type": "object", "properties": {}, "definitions": definitions, **kept}


def made_of(generation: Any, fields: Schema) -> Any:
    """The schema of *fields*; if there is none, then with anything for the types that have no schema."""
    try:
        return generation.schema(fields)
    except generation.unusable():
        usable = {name: (generation.usable(name, *field), field[1]) for name, field in fields.items()}
        return generation.schema(usable)


def annotated(parameter: inspect.Parameter) -> Any:
    """The type of *parameter*: of `*args` and `**kwargs` it is that of all their values."""
    type_: Any = Any if parameter.annotation is parameter.empty else parameter.annotation
    if parameter.kind is parameter.VAR_POSITIONAL:
        return typing.List[type_]  # noqa: UP006
    return Dict[str, type_] if parameter.kind is parameter.VAR_KEYWORD else type_  # noqa: UP006


def default_of(parameter: inspect.Parameter) -> Any:
    """The default of *parameter*; `*args` and `**kwargs` are empty if nothing is given."""
    if parameter.kind is parameter.VAR_POSITIONAL:
        return []
    if parameter.kind is parameter.VAR_KEYWORD:
        return {}
    return ... if parameter.default is parameter.empty else parameter.default


class Version2:
    """How pydantic 2 makes a schema."""

    @staticmethod
    def free_name(name: str) -> str:
        """A name for a field that is no name of a model's own."""
        from pydantic import BaseModel

        return f"{name}__" if hasattr(BaseModel, name) else name

    @classmethod
    def field(cls, parameter: inspect.Parameter, position: int, description: str | None) -> Any:
        from pydantic import Field
        from pydantic.fields import FieldInfo

        default, extra = default_of(parameter), {"position": position}
        if isinstance(default, FieldInfo):
            given = default.json_schema_extra
            extra = {**extra, **(given if isinstance(given, dict) else {})}  # type: ignore[dict-item]
            default, description = default.default, default.description or description
        renamed = cls.free_name(parameter.name) != parameter.name
        return Field(
            default=default,
            title=parameter.name,
            description=description,
            alias=parameter.name if renamed else None,
            json_schema_extra=extra,  # type: ignore[arg-type]
        )

    @staticmethod
    def unusable() -> Any:
        """The errors that say that there is no schema of a type."""
        from pydantic.errors import PydanticInvalidForJsonSchema

        return (ValueError, TypeError, PydanticInvalidForJsonSchema)

    @classmethod
    def usable(cls, name: str, type_: Any, field: Any) -> Any:
        """*type_*, or anything if no schema can be made of it."""
        try:
            cls.schema({name: (type_, field)})
        except cls.unusable():
            return Any
        return type_

    @staticmethod
    def schema(fields: Schema) -> Schema:
        import pydantic
        from pydantic.errors import PydanticUndefinedAnnotation, PydanticUserError
        from pydantic.fields import FieldInfo

        vars(sys.modules.setdefault(THERE.__name__, THERE)).update(
            pydantic=pydantic,
            V2BaseModel=pydantic.BaseModel,
            ConfigDict=pydantic.ConfigDict,
            FieldInfo=FieldInfo,
            TypeAdapter=pydantic.TypeAdapter,
        )
        config = pydantic.ConfigDict(arbitrary_types_allowed=True)
        model = pydantic.create_model("Parameters", __config__=config, __module__=THERE.__name__, **fields)
        try:
            return pydantic.TypeAdapter(model).json_schema(
                ref_template="#/definitions/{model}", schema_generator=lenient_generator()
            )
        except PydanticUndefinedAnnotation as error:
            raise TypeError(str(error)) from error
        except PydanticUserError as error:
            if error.code == "class-not-fully-defined":
                raise TypeError(str(error)) from error
            raise


class Version1:
    """How pydantic 1, which pydantic 2 holds, makes a schema."""

    @staticmethod
    def free_name(name: str) -> str:
        from pydantic.v1 import BaseModel

        return f"{name}__" if hasattr(BaseModel, name) else name

    @classmethod
    def field(cls, parameter: inspect.Parameter, position: int, description: str | None) -> Any:
        from pydantic.v1 import Field

        renamed = cls.free_name(parameter.name) != parameter.name
        return Field(
            default=default_of(parameter),
            title=parameter.name,
            description=description,
            alias=parameter.name if renamed else None,
            position=position,
        )

    @staticmethod
    def unusable() -> Any:
        return (ValueError, TypeError)

    @classmethod
    def usable(cls, name: str, type_: Any, field: Any) -> Any:
        try:
            cls.schema({name: (type_, field)})
        except cls.unusable():
            return Any
        return type_

    @staticmethod
    def schema(fields: Schema) -> Schema:
        from pydantic.v1 import create_model

        config = type("Config", (), {"arbitrary_types_allowed": True})
        return create_model("Parameters", __config__=config, **fields).schema(by_alias=True)


def uses_version_1(signature: inspect.Signature) -> bool:
    """Whether a parameter is of a type of pydantic 1."""
    if "pydantic.v1" not in sys.modules:
        return False
    annotations = [parameter.annotation for parameter in signature.parameters.values()]
    return any(is_version_1(part) for type_ in annotations for part in (type_, *typing.get_args(type_)))


def is_version_1(type_: Any) -> bool:
    from pydantic.v1 import BaseModel

    if inspect.isclass(type_) and issubclass(type_, BaseModel):
        return True
    return str(getattr(type_, "__module__", "")).startswith("pydantic.v1.types")


def lenient_generator() -> Any:
    """A generator for which an object of an unknown class can be anything."""
    from pydantic.json_schema import GenerateJsonSchema

    class Lenient(GenerateJsonSchema):
        def is_instance_schema(self, schema: Any) -> Schema:  # noqa: ARG002
            return {}

    return Lenient


def plain(value: Any) -> Any:
    """*value* without the numbers that JSON does not have."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
