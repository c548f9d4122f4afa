"""What is generated from the declarations of built-in steps: their index, and their part of the schema."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pkgutil import walk_packages
from types import NoneType, UnionType
from typing import Any, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

from syntask_yaml import steps
from syntask_yaml.steps.base import StepFunction
from syntask_yaml.steps.declare import DECLARED, DeclaredStep, FromTemplate

Schema: TypeAlias = dict[str, Any]

# What a value of each annotation may be; a template may stand wherever a text may not.
_TYPES: Mapping[Any, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    Mapping: {"type": "object"},
    NoneType: {"type": "null"},
}
_TEMPLATE: Schema = {"$ref": "#/$defs/template"}
_NULL = _TYPES[NoneType]

# The keys of every step.
_COMMON: Schema = {
    "id": {
        "description": "The name by which later steps and the deployment refer to the outputs of this step.",
        "type": ["string", "null"],
        "default": None,
        "examples": ["clone"],
    },
    "requires": {
        "description": "A pip requirement of the step, or a list of them.",
        "anyOf": [{"type": ["string", "null"]}, {"type": "array", "items": {"type": "string"}}],
        "default": None,
        "examples": ["prefect-docker>=0.6"],
    },
    "timeout": {
        "description": "Maximum duration of the step in seconds. Beyond it, the step is stopped and fails.",
        "anyOf": [{"type": ["number", "null"], "exclusiveMinimum": 0}, _TEMPLATE],
        "default": None,
        "examples": [600],
    },
}

_ARGUMENT = re.compile(r"^ {4}\*{0,2}(\w+): (.+(?:\n {8}.+)*)", re.MULTILINE)
_EXAMPLE = re.compile(r" Example: `(.+)`\.$")


def declared_steps() -> tuple[DeclaredStep, ...]:
    """Import every module of this package, and return the steps that they declare, by package and name.

    Raises ImportError where an extra of this package is not installed.
    """
    for module in walk_packages(steps.__path__, f"{steps.__name__}."):
        import_module(module.name)
    return tuple(sorted(DECLARED.values(), key=lambda each: (each.builtin.package, each.builtin.name)))


def index_of(declared: Sequence[DeclaredStep]) -> list[dict[str, Any]]:
    """Return the rows of `model/builtin.json`: the fields of each step that are set."""
    return [{name: value for name, value in each.builtin._asdict().items() if value} for each in declared]


def with_steps(schema: Schema, declared: Sequence[DeclaredStep]) -> Schema:
    """Return the JSON Schema of a project file with these steps in the place of the ones that it has."""
    others = {name: part for name, part in schema["$defs"].items() if not name.startswith("step_")}
    references = {each: {"$ref": f"#/$defs/step_{each.builtin.name}"} for each in declared}
    others["step"]["then"] |= {
        "properties": {each.builtin.full_name(): reference for each, reference in references.items()},
        "patternProperties": {_pattern(each): reference for each, reference in references.items()},
    }
    own = {f"step_{each.builtin.name}": schema_of(each) for each in declared}
    return {**schema, "$defs": {**others, **own}}


def _pattern(declared: DeclaredStep) -> str:
    builtin = declared.builtin
    package = f"_{builtin.package}" if builtin.package else ""
    names = "|".join((builtin.name, *builtin.aliases))
    return rf"^(prefect|syntask){package}\.(deployments|projects)\.steps\.(\w+\.)?({names})$"


def schema_of(declared: DeclaredStep) -> Schema:
    """Return the JSON Schema of a step's inputs.

    Raises TypeError for an annotation that has none, KeyError for an input without a description.
    """
    summary, described = _docstring(declared.run)
    annotations = get_type_hints(declared.run, include_extras=True)
    _context, *inputs = inspect.signature(declared.run).parameters.values()
    rest = [each for each in inputs if each.kind is each.VAR_KEYWORD]
    named = [each for each in inputs if each not in rest]
    sentences = [summary, *(described[each.name] for each in rest), _outputs(declared.builtin.outputs)]
    own = {each.name: _input(each, annotations[each.name], described[each.name]) for each in named}
    return {
        "description": " ".join(sentences),
        "type": ["object", "null"],
        "properties": {**_COMMON, **own},
        "required": [each.name for each in named if each.default is each.empty],
        "additionalProperties": bool(rest),
    }


def _docstring(function: StepFunction) -> tuple[str, dict[str, str]]:
    """Return the first paragraph, and the description of each parameter."""
    text, _, arguments = (inspect.getdoc(function) or "").partition("\n\nArgs:\n")
    described = _ARGUMENT.findall(arguments.partition("\n\n")[0])
    return _on_one_line(text.partition("\n\n")[0]), {name: _on_one_line(each) for name, each in described}


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def _outputs(names: Sequence[str]) -> str:
    return f"Output{'s' if len(names) > 1 else ''}: {', '.join(f'`{name}`' for name in names)}."


def _input(parameter: inspect.Parameter, annotation: Any, description: str) -> Schema:
    example = _EXAMPLE.search(description)
    if example is None:
        raise KeyError(f"the description of `{parameter.name}` ends with no example")
    has_default = parameter.default is not parameter.empty
    allowed = list(_allowed(annotation))
    if has_default and _NULL not in allowed:  # null says that nothing is given
        allowed.append(_NULL)
    return {
        "description": description[: example.start()],
        **_any_of(allowed),
        **({"default": parameter.default} if has_default else {}),
        **({"deprecated": True} if description.startswith("Has no effect") else {}),
        "examples": [_example(example[1], is_text=_TYPES[str] in allowed)],
    }


def _allowed(annotation: Any) -> Iterator[Schema]:
    """The alternatives that an annotation admits."""
    origin = get_origin(annotation) or annotation
    if annotation == FromTemplate:
        yield _TEMPLATE
    elif origin in (Union, UnionType):
        for each in get_args(annotation):
            yield from _allowed(each)
    elif origin is Literal:
        yield {"enum": list(get_args(annotation))}
    elif origin in (list, Sequence):
        yield {"type": "array", "items": _any_of(list(_allowed(get_args(annotation)[0])))}
    elif origin in _TYPES:
        yield _TYPES[origin]
    else:
        raise TypeError(f"an input cannot be a `{annotation}`")


def _any_of(allowed: list[Schema]) -> Schema:
    texts = [each for each in allowed if each in (_TYPES[str], _NULL)]
    if texts == allowed and _TYPES[str] in allowed:
        return {"type": "string"} if len(allowed) == 1 else {"type": ["string", "null"]}
    if _TYPES[str] in allowed:
        return {"anyOf": allowed}
    others = [each for each in allowed if each not in (_TEMPLATE, _NULL)]
    return {"anyOf": [*others, _TEMPLATE, *([_NULL] if _NULL in allowed else [])]}


def _example(text: str, *, is_text: bool) -> Any:
    try:
        return text if is_text else json.loads(text)
    except ValueError:  # a template, or a text
        return text
