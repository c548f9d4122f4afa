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
    fields: Schema = {}
    for position, parameter in enumerate(signature.parameters.values()):
        if parameter.name not in ("self", "cls"):
            name = generation.free_name(parameter.name)
            type_ = Any if parameter.annotation is parameter.empty else parameter.annotation
            field = generation.field(parameter, position, descriptions.get(parameter.name))
            fields[name] = (generation.usable(name, type_, field), field)
    made = plain(generation.schema(fields))
    kept = {key: made[key] for key in ("properties", "required") if made.get(key)}
    definitions = made.get("$defs") or made.get("definitions") or {}
    return {"title": "Parameters", "type": "object", "properties": {}, "definitions": definitions, **kept}


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

        default, extra = parameter.default, {"position": position}
        if isinstance(default, FieldInfo):
            given = default.json_schema_extra
            extra = {**extra, **(given if isinstance(given, dict) else {})}  # type: ignore[dict-item]
            default, description = default.default, default.description or description
        renamed = cls.free_name(parameter.name) != parameter.name
        return Field(
            default=... if default is parameter.empty else default,
            title=parameter.name,
            description=description,
            alias=parameter.name if renamed else None,
            json_schema_extra=extra,  # type: ignore[arg-type]
        )

    @classmethod
    def usable(cls, name: str, type_: Any, field: Any) -> Any:
        """*type_*, or anything if no schema can be made of it."""
        from pydantic.errors import PydanticInvalidForJsonSchema

        try:
            cls.schema({name: (type_, field)})
        except (ValueError, TypeError, PydanticInvalidForJsonSchema):
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
            default=... if parameter.default is parameter.empty else parameter.default,
            title=parameter.name,
            description=description,
            alias=parameter.name if renamed else None,
            position=position,
        )

    @classmethod
    def usable(cls, name: str, type_: Any, field: Any) -> Any:
        try:
            cls.schema({name: (type_, field)})
        except (ValueError, TypeError):
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
