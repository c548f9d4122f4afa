"""Loads flows and works out what their source does not tell. Runs in a process of its own.

`python child.py REQUEST RESULT`, both JSON files. The Python that runs it is the user's: this file
uses nothing but the standard library, and pydantic if that is there.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import inspect
import json
import math
import os
import sys
import types
import typing
import warnings
from typing import Any

Answer = typing.Dict[str, typing.Any]  # noqa: UP006  # evaluated by Pythons that know no other way

# Prefect makes its schema in a module with these names; quoted names inside annotations are looked up there.
_THERE = "_syntask_there"


def main(request_file: str, result_file: str) -> None:
    with open(request_file, encoding="utf-8") as file:  # noqa: PTH123
        request = json.load(file)
    warnings.simplefilter("ignore")
    answers = answer(request)
    draft = result_file + ".draft"
    with open(draft, "w", encoding="utf-8") as file:  # noqa: PTH123
        json.dump(answers, file)
    os.replace(draft, result_file)  # noqa: PTH105
    # Threads and exit handlers of the user's code have no say in when this ends.
    os._exit(0)


def answer(request: Answer) -> Answer:
    """For each function that *request* names, what is known of it, or why nothing is."""
    try:
        module = load(request)
    except BaseException as error:  # user code may raise anything, SystemExit too
        return {name: {"error": "loading it fails with " + said(error)} for name in request["functions"]}
    return {name: describe(module, name, request["docstrings"]) for name in request["functions"]}


def load(request: Answer) -> Any:
    """The user's module, found as Prefect finds it."""
    sys.path.insert(0, os.getcwd())  # noqa: PTH109
    if request["module"]:
        return importlib.import_module(request["module"])
    path = request["file"]
    folder = os.path.dirname(path)  # noqa: PTH120
    sys.path.insert(0, folder)
    name = os.path.splitext(os.path.basename(path))[0]  # noqa: PTH119, PTH122
    if name in sys.modules:
        name = "_syntask_" + hashlib.sha1(path.encode()).hexdigest()[:16]
    spec = importlib.util.spec_from_file_location(
        name, path, submodule_search_locations=[folder, os.getcwd()]
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def describe(module: Any, name: str, docstrings: str) -> Answer:
    try:
        found = module
        for part in name.split("."):
            found = getattr(found, part)
        function = getattr(found, "fn", found)
        options = getattr(found, "__syntask_flow__", found)
        described: Answer = {
            key: text(getattr(options, key, None)) for key in ("name", "description", "version")
        }
        described["schema"] = json.loads(json.dumps(plain(parameter_schema(function, docstrings))))
        return described
    except BaseException as error:
        return {"error": "making its schema fails with " + said(error)}


def parameter_schema(function: Any, docstrings: str) -> Answer:
    try:
        signature = inspect.signature(function, eval_str=True)
    except (NameError, TypeError):
        signature = inspect.signature(function)
    descriptions = load_file("_syntask_docstring", docstrings).parameter_descriptions(
        inspect.getdoc(function)
    )
    generation = V1 if uses_v1(signature) else V2
    fields: Answer = {}
    for position, parameter in enumerate(signature.parameters.values()):
        if parameter.name not in ("self", "cls"):
            name, type_, field = generation.field(parameter, position, descriptions.get(parameter.name))
            fields[name] = (generation.usable(name, type_, field), field)
    schema = generation.schema(fields)
    kept = {key: schema[key] for key in ("properties", "required") if schema.get(key)}
    definitions = schema.get("$defs") or schema.get("definitions") or {}
    return {"title": "Parameters", "type": "object", "properties": {}, "definitions": definitions, **kept}


class V2:
    """How pydantic 2 makes a schema."""

    @staticmethod
    def field(parameter: inspect.Parameter, position: int, description: str | None) -> tuple[str, Any, Any]:
        import pydantic
        from pydantic.fields import FieldInfo

        default: Any = parameter.default
        extra: Answer = {"position": position}
        if isinstance(default, FieldInfo):
            extra.update(default.json_schema_extra if isinstance(default.json_schema_extra, dict) else {})
            default, description = default.default, default.description or description
        name = free_name(parameter.name, pydantic.BaseModel)
        return (
            name,
            annotation(parameter),
            pydantic.Field(
                default=... if default is parameter.empty else default,
                title=parameter.name,
                description=description,
                alias=None if name == parameter.name else parameter.name,
                json_schema_extra=extra,
            ),
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
    def schema(fields: Answer) -> Answer:
        import pydantic
        from pydantic.errors import PydanticUndefinedAnnotation, PydanticUserError

        config = pydantic.ConfigDict(arbitrary_types_allowed=True)
        model = pydantic.create_model("Parameters", __config__=config, __module__=there(), **fields)
        try:
            return dict(
                pydantic.TypeAdapter(model).json_schema(
                    by_alias=True, ref_template="#/definitions/{model}", schema_generator=lenient_generator()
                )
            )
        except PydanticUndefinedAnnotation as error:
            raise TypeError(str(error)) from error
        except PydanticUserError as error:
            if error.code == "class-not-fully-defined":
                raise TypeError(str(error)) from error
            raise


class V1:
    """How pydantic 1, kept inside pydantic 2, makes a schema."""

    @staticmethod
    def field(parameter: inspect.Parameter, position: int, description: str | None) -> tuple[str, Any, Any]:
        import pydantic.v1 as pydantic

        name = free_name(parameter.name, pydantic.BaseModel)
        return (
            name,
            annotation(parameter),
            pydantic.Field(
                default=... if parameter.default is parameter.empty else parameter.default,
                title=parameter.name,
                description=description,
                alias=None if name == parameter.name else parameter.name,
                position=position,
            ),
        )

    @classmethod
    def usable(cls, name: str, type_: Any, field: Any) -> Any:
        try:
            cls.schema({name: (type_, field)})
        except (ValueError, TypeError):
            return Any
        return type_

    @staticmethod
    def schema(fields: Answer) -> Answer:
        import pydantic.v1 as pydantic

        config = type("Config", (), {"arbitrary_types_allowed": True})
        return dict(pydantic.create_model("Parameters", __config__=config, **fields).schema(by_alias=True))


def uses_v1(signature: inspect.Signature) -> bool:
    if "pydantic.v1" not in sys.modules:
        return False
    from pydantic.v1 import BaseModel

    def is_v1(type_: Any) -> bool:
        if inspect.isclass(type_) and issubclass(type_, BaseModel):
            return True
        return str(getattr(type_, "__module__", "")).startswith("pydantic.v1.types")

    annotations = [parameter.annotation for parameter in signature.parameters.values()]
    return any(is_v1(part) for type_ in annotations for part in (type_, *typing.get_args(type_)))


def lenient_generator() -> Any:
    """A generator for which an object of an unknown class can be anything."""
    from pydantic.json_schema import GenerateJsonSchema

    class Lenient(GenerateJsonSchema):
        def is_instance_schema(self, schema: Any) -> Answer:  # noqa: ARG002
            return {}

    return Lenient


def free_name(name: str, model: Any) -> str:
    return name + "__" if hasattr(model, name) else name


def annotation(parameter: inspect.Parameter) -> Any:
    return Any if parameter.annotation is parameter.empty else parameter.annotation


def there() -> str:
    """The name of the module in which quoted names are looked up."""
    import pydantic

    module = types.ModuleType(_THERE)
    vars(module).update(inspect=inspect, typing=typing, t=typing, pydantic=pydantic)
    sys.modules[_THERE] = module
    return _THERE


def load_file(name: str, path: str) -> Any:
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None and spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def plain(value: Any) -> Any:
    """*value* without the numbers that JSON does not have."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def said(error: BaseException) -> str:
    message = str(error).strip().partition("\n")[0]
    return type(error).__name__ + (": " + message[:300] if message else "")


if __name__ == "__main__":
    del sys.path[0]
    main(*sys.argv[1:])
