"""Generate the schema of a loaded function's parameters with pydantic, as Prefect does.

Read by `child.py`, in a process of the project: it uses only the standard library and pydantic.
"""

from __future__ import annotations

import inspect
import math
import sys
import types
import typing
from typing import Any, Dict  # noqa: UP035  # for Pythons that know no other way

Schema = Dict[str, Any]  # noqa: UP006

# Prefect generates its schema in a module with these names; quoted names inside an annotation are resolved in
# that module, and not in the function's.
THERE = types.ModuleType("_syntask_there")
vars(THERE).update(inspect=inspect, typing=typing, t=typing)


def parameter_schemas(function: Any, descriptions: dict[str, str]) -> tuple[Schema, Schema]:
    """Return the schema of the parameters of *function* to deploy, and the one to check values with.

    The latter has additional formats for texts that JSON Schema cannot describe, such as a `Decimal`.
    """
    try:
        signature = inspect.signature(function, eval_str=True)
    except (NameError, TypeError):
        signature = unevaluated_signature(function)
    generation: Any = Version1 if uses_version_1(signature) else Version2
    fields: Schema = {}
    for position, parameter in enumerate(signature.parameters.values()):
        if parameter.name not in ("self", "cls"):
            type_, default = declared(parameter)
            name, description = parameter.name, descriptions.get(parameter.name)
            # A name of an attribute of a model cannot be a field.
            free = f"{name}__" if hasattr(generation.model(), name) else name
            alias = None if free == name else name
            field = generation.field(default, position, title=name, description=description, alias=alias)
            fields[free] = (type_, field)
    made, exact = made_of(generation, fields)
    return shaped(plain(made)), shaped(plain(made if exact is None else exact))


def unevaluated_signature(function: Any) -> inspect.Signature:
    """Return the signature of *function* with unevaluated annotations: some have undefined names."""
    if sys.version_info >= (3, 14):  # evaluates annotations on access
        from annotationlib import Format

        return inspect.signature(function, annotation_format=Format.FORWARDREF)
    return inspect.signature(function)


def shaped(made: Schema) -> Schema:
    """Return a schema in the form in which Prefect stores it."""
    kept = {key: made[key] for key in ("properties", "required") if made.get(key)}
    definitions = made.get("$defs") or made.get("definitions") or {}
    return {"title": "Parameters", "type": "object", "properties": {}, "definitions": definitions, **kept}


def made_of(generation: Any, fields: Schema) -> tuple[Schema, Schema | None]:
    """Return the schemas of *fields*; if that fails, any value is allowed for types without a schema."""
    try:
        return generation.schemas(fields)  # type: ignore[no-any-return]
    except generation.unusable():
        usable = {
            name: (type_ if is_usable(generation, name, type_, field) else Any, field)
            for name, (type_, field) in fields.items()
        }
        return generation.schemas(usable)  # type: ignore[no-any-return]


def is_usable(generation: Any, name: str, type_: Any, field: Any) -> bool:
    """Return whether a schema can be generated for *type_*."""
    try:
        generation.schemas({name: (type_, field)})
    except generation.unusable():
        return False
    return True


def declared(parameter: inspect.Parameter) -> tuple[Any, Any]:
    """Return the type and the default of *parameter*; `*args` and `**kwargs` are empty by default."""
    type_: Any = Any if parameter.annotation is parameter.empty else parameter.annotation
    if parameter.kind is parameter.VAR_POSITIONAL:
        return typing.List[type_], []  # noqa: UP006
    if parameter.kind is parameter.VAR_KEYWORD:
        return Dict[str, type_], {}  # noqa: UP006
    return type_, ... if parameter.default is parameter.empty else parameter.default


class Version2:
    """Schema generation with pydantic 2."""

    @staticmethod
    def model() -> Any:
        from pydantic import BaseModel

        return BaseModel

    @staticmethod
    def field(default: Any, position: int, *, description: str | None, **named: Any) -> Any:
        from pydantic import Field
        from pydantic.fields import FieldInfo

        extra: Schema = {"position": position}
        if isinstance(default, FieldInfo):
            extra.update(default.json_schema_extra if isinstance(default.json_schema_extra, dict) else {})
            default, description = default.default, default.description or description
        return Field(default=default, description=description, json_schema_extra=extra, **named)

    @staticmethod
    def unusable() -> Any:
        from pydantic.errors import PydanticInvalidForJsonSchema

        return (ValueError, TypeError, PydanticInvalidForJsonSchema)

    @staticmethod
    def schemas(fields: Schema) -> tuple[Schema, Schema | None]:
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
        lenient, exact = generators()
        template = "#/definitions/{model}"
        try:
            adapter = pydantic.TypeAdapter(model)
            made = adapter.json_schema(ref_template=template, schema_generator=lenient)
            if not lenient.is_inexact:
                return made, None
            return made, adapter.json_schema(ref_template=template, schema_generator=exact)
        except PydanticUndefinedAnnotation as error:
            raise TypeError(str(error)) from error
        except PydanticUserError as error:
            if error.code == "class-not-fully-defined":
                raise TypeError(str(error)) from error
            raise


class Version1:
    """Schema generation with pydantic 1, which pydantic 2 includes."""

    @staticmethod
    def model() -> Any:
        from pydantic.v1 import BaseModel

        return BaseModel

    @staticmethod
    def field(default: Any, position: int, **named: Any) -> Any:
        from pydantic.v1 import Field

        return Field(default=default, position=position, **named)

    @staticmethod
    def unusable() -> Any:
        return (ValueError, TypeError)

    @staticmethod
    def schemas(fields: Schema) -> tuple[Schema, Schema | None]:
        from pydantic.v1 import create_model

        config = type("Config", (), {"arbitrary_types_allowed": True})
        return create_model("Parameters", __config__=config, **fields).schema(by_alias=True), None


def uses_version_1(signature: inspect.Signature) -> bool:
    """Return whether a parameter has a type of pydantic 1."""
    if "pydantic.v1" not in sys.modules:
        return False
    types = [parameter.annotation for parameter in signature.parameters.values()]
    return any(is_version_1(part) for type_ in types for part in (type_, *typing.get_args(type_)))


def is_version_1(type_: Any) -> bool:
    from pydantic.v1 import BaseModel

    is_model = inspect.isclass(type_) and issubclass(type_, BaseModel)
    return is_model or str(getattr(type_, "__module__", "")).startswith("pydantic.v1.types")


def generators() -> tuple[Any, Any]:
    """Return a schema generator in which objects of unknown classes can be anything, and an exact one.

    The first records whether the second generates another schema.
    """
    from pydantic.json_schema import GenerateJsonSchema

    class Lenient(GenerateJsonSchema):
        is_inexact = False

        def is_instance_schema(self, schema: Any) -> Schema:  # noqa: ARG002
            return {}

        def generate_inner(self, schema: Any) -> Schema:
            if exact_format(schema) or is_called_before(schema):
                type(self).is_inexact = True
            return super().generate_inner(schema)

    class Exact(Lenient):
        # The number of custom functions that see a value first: their input types are unknown.
        before = 0

        def generate_inner(self, schema: Any) -> Schema:
            own = is_called_before(schema)
            self.before += own
            made = super().generate_inner(schema)
            self.before -= own
            if self.before:
                return {key: made[key] for key in made if key != "format"}
            return with_format(made, exact_format(schema))

    return Lenient, Exact


def is_called_before(schema: Any) -> bool:
    """Return whether *schema*, a pydantic core schema, is a custom function before or around a type."""
    if schema["type"] not in ("function-before", "function-plain", "function-wrap"):
        return False
    return not str(getattr(schema["function"]["function"], "__module__", "")).startswith("pydantic.")


def exact_format(schema: Any) -> str:
    """Return the format of *schema*, a core schema whose JSON Schema allows more values; empty for none."""
    kind = schema["type"]
    if kind == "datetime" and schema.get("tz_constraint") in ("aware", "naive"):
        return f"python-{schema['tz_constraint']}-datetime"
    url = schema.get("schema") if kind == "function-wrap" else schema
    if isinstance(url, dict) and url["type"] == "url" and url.get("allowed_schemes") == ["http", "https"]:
        return "python-http-url"
    return f"python-{kind}" if kind in ("decimal", "complex", "json") else ""


def with_format(schema: Schema, name: str) -> Schema:
    """Return *schema* with the format *name* on its text."""
    if not name:
        return schema
    if "anyOf" in schema:
        return {**schema, "anyOf": [with_format(each, name) for each in schema["anyOf"]]}
    return {**schema, "format": name} if schema.get("type") == "string" else schema


def plain(value: Any) -> Any:
    """Return *value* without numbers that are not JSON."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
