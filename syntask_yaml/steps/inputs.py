"""Check the inputs of a step against the signature of its function."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.errors import NotFound, StepFailed
from syntask_yaml.model.builtin import builtin_of
from syntask_yaml.model.secret import Secret
from syntask_yaml.model.step import Step
from syntask_yaml.model.value import Unknown
from syntask_yaml.pysource.signature import Parameter
from syntask_yaml.steps.registry import find_step
from syntask_yaml.steps.requirements import missing_requirements
from syntask_yaml.steps.signature import Signature, signature_of
from syntask_yaml.steps.timeout import TIMEOUT, timeout_of
from syntask_yaml.template import is_template

# The accepted types of values by annotation. Other annotations are not checked.
_TYPES: Mapping[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "float": (float, int),
    "bool": (bool,),
    "None": (type(None),),
    **dict.fromkeys(("list", "List", "Sequence", "Iterable", "Collection"), (list,)),
    **dict.fromkeys(("dict", "Dict", "Mapping", "MutableMapping"), (dict,)),
}
_WORDS: Mapping[type, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    type(None): "null",
    list: "a list",
    dict: "a mapping",
}


class InputProblem(NamedTuple):
    """A problem of a step, or of its input *input_name*."""

    code: str
    detail: str
    hint: str = ""
    input_name: str | None = None


def check_inputs(step: Step, root: Path) -> tuple[InputProblem, ...]:
    """Return all problems of the inputs of a custom step that its source reveals.

    Modules are located in *root* first, and not executed. Inputs of built-in steps are not checked here,
    but by the schema; nor are those of functions without readable source, such as compiled ones, results
    of calls, or functions of a package in `requires` that is not installed. `requires` is checked, too.
    """
    try:
        is_missing = bool(missing_requirements(step))
        if builtin_of(step.name) is not None:
            return ()
        signature = signature_of(find_step(step.name), root)
    except StepFailed as error:
        return (InputProblem("wrong-input", error.detail, error.hint, "requires"),)
    except NotFound as error:
        return () if is_missing else (InputProblem("unknown-step", error.detail, error.hint),)
    return () if signature is None else tuple(input_problems(step, signature))


def input_problems(step: Step, signature: Signature) -> Iterator[InputProblem]:
    """Yield the unknown, missing and invalid inputs of *step*."""
    for name, value in step.inputs.items():
        if name in signature.parameters:
            yield from _wrong(value, signature.parameters[name])
        elif name == TIMEOUT and not signature.is_open:
            yield from _wrong_timeout(step, value)
        elif not (signature.is_open or (signature.takes_context and name == "context")):
            hint = did_you_mean(name, signature.parameters, otherwise=_listed(signature))
            yield InputProblem("unknown-input", f"`{step.name}` has no input `{name}`.", hint, name)
    for name, parameter in signature.parameters.items():
        if parameter.is_required and name not in step.inputs:
            detail = f"`{step.name}` requires the input `{name}`."
            yield InputProblem("missing-input", detail, f"Add `{name}:` to the step.", name)


def _wrong_timeout(step: Step, value: Any) -> Iterator[InputProblem]:
    if isinstance(value, Unknown) or is_template(value):
        return
    try:
        timeout_of(step, {TIMEOUT: value}, Path())
    except StepFailed as error:
        yield InputProblem("wrong-input", error.detail, error.hint, TIMEOUT)


def _listed(signature: Signature) -> str:
    names = ", ".join(f"`{name}`" for name in signature.parameters)
    return f"Available inputs: {names}." if names else "The step has no inputs."


def _wrong(value: Any, parameter: Parameter) -> Iterator[InputProblem]:
    name, types = parameter.name, _allowed(parameter.annotation)
    if types is None or isinstance(value, Unknown) or is_template(value):
        return
    if value is None and isinstance(parameter.default, ast.Constant) and parameter.default.value is None:
        return
    kind = _kind(value)
    if kind not in types:
        wanted = " or ".join(
            _WORDS[each] for each in dict.fromkeys(types) if (each, float) != (int, types[0])
        )
        detail = f"`{name}` is {_WORDS.get(kind, 'something else')}; expected {wanted}."
        hint = f'Quote it: "{value}".' if str in types and kind in (int, float) else ""
        yield InputProblem("wrong-input", detail, hint, name)


def _kind(value: Any) -> type:
    if isinstance(value, Secret):
        return str
    if isinstance(value, Mapping):
        return dict
    return list if isinstance(value, (list, tuple)) else type(value)


_Types: TypeAlias = "tuple[type, ...] | None"


def _allowed(annotation: ast.expr | None) -> _Types:
    """Return the types that an annotation accepts; None if they are not known."""
    match annotation:
        case ast.Constant(value=None):
            return _TYPES["None"]
        case ast.Constant(value=str(text)):
            return _allowed_by_text(text)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return _TYPES.get(name)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _either(left, right)
        case ast.Subscript(value=ast.Name(id=generic) | ast.Attribute(attr=generic), slice=inner):
            return _allowed_by_generic(generic, inner)
        case _:
            return None


def _allowed_by_text(text: str) -> _Types:
    try:
        return _allowed(ast.parse(text, mode="eval").body)
    except SyntaxError:
        return None


def _allowed_by_generic(generic: str, inner: ast.expr) -> _Types:
    match generic, inner:
        case "Optional", _:
            return _either(inner, ast.Constant(None))
        case "Union", ast.Tuple(elts=each):
            return _either(*each)
        case _:
            return _TYPES.get(generic)


def _either(*annotations: ast.expr) -> _Types:
    allowed = [_allowed(annotation) for annotation in annotations]
    return None if None in allowed else tuple(kind for types in allowed for kind in types or ())
