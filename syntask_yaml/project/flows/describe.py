"""Describe the flow of a function definition."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from syntask_yaml.project.flows.decorators import NO_OPTIONS, OPTIONS
from syntask_yaml.project.flows.definition import FlowDefinition
from syntask_yaml.project.flows.docstring import parameter_descriptions
from syntask_yaml.project.flows.own_decorators import check_signature
from syntask_yaml.project.flows.schema import Schemas, parameter_schemas
from syntask_yaml.pysource.module import Module
from syntask_yaml.pysource.symbols import Unknowable

if TYPE_CHECKING:
    from syntask_yaml.project.flows.loading import LoadResult
    from syntask_yaml.project.flows.schema.partial import PartialSchema

_MD5 = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """The flow of an entrypoint.

    *version* is that of the decorator. *parameter_schema* is the one to deploy, None if unknown; *notes* say
    why. *value_schema* is the one to check values with: it distinguishes more types, and covers known
    parameters even if others are unknown.
    """

    entrypoint: str
    name: str
    function: str
    file: Path | None
    line: int
    description: str | None = None
    version: str | None = None
    is_decorated: bool = True
    parameter_schema: Mapping[str, Any] | None = None
    value_schema: Mapping[str, Any] | None = None
    notes: tuple[str, ...] = ()
    module: Module | None = field(default=None, repr=False, compare=False)

    @property
    def source_digest(self) -> str | None:
        """The MD5 digest of the file, which Prefect uses as the default version."""
        return None if self.module is None else self.module.digest


class _Parameters(NamedTuple):
    """The *schemas* of a flow's parameters; or the reason why there are none, and the *known* part."""

    schemas: Schemas | None = None
    known: PartialSchema | None = None
    reason: str = ""


def describe(entrypoint: str, found: FlowDefinition, load: Callable[[], LoadResult]) -> Flow:
    """Return the flow of the definition *found*; *load* adds what its source does not show."""
    flow, parameters, unknown = from_source(entrypoint, found), _parameters(found), _unknown(found)
    if parameters.schemas is not None:
        schemas = parameters.schemas
        flow = replace(flow, parameter_schema=schemas.deployed, value_schema=schemas.values)
    if not parameters.reason and not unknown:
        return flow
    loaded = load()
    if loaded.schema is not None and found.function is not None:
        from syntask_yaml.project.flows.volatile import marked  # loads the schema generator

        loaded = loaded._replace(schema=marked(dict(loaded.schema), found.function))
    return _completed(flow, loaded, parameters, unknown)


def source_name(found: FlowDefinition) -> str | None:
    """Return the name of the flow *found*; None if its source does not show it."""
    if "name" in _unknown(found):
        return None
    options = found.options or found.possible or NO_OPTIONS
    return options.name or _function_name(found).replace("_", "-")


def _function_name(found: FlowDefinition) -> str:
    return found.function.node.name if found.function else found.name.rpartition(".")[2]


def from_source(entrypoint: str, found: FlowDefinition) -> Flow:
    """Return the flow without its parameters."""
    options = found.options or found.possible or NO_OPTIONS
    node = found.function.node if found.function else None
    module = found.function.scope.module if found.function else found.scope.module
    return Flow(
        entrypoint=entrypoint,
        name=options.name or _function_name(found).replace("_", "-"),
        function=found.name,
        file=module.path,
        line=found.line,
        description=options.description or (_docstring(node) if node else None),
        version=options.version,
        module=module,
        is_decorated=found.options is not None,
    )


def _parameters(found: FlowDefinition) -> _Parameters:
    function = found.function
    if function is None or found.reason:
        return _Parameters(reason=found.reason)
    assert not isinstance(function.node, ast.ClassDef)
    descriptions = parameter_descriptions(_docstring(function.node))
    try:
        check_signature(function.node, function.scope)
    except Unknowable as error:
        return _Parameters(reason=str(error))
    try:
        return _Parameters(parameter_schemas(function, descriptions))
    except (Unknowable, RecursionError) as error:
        from syntask_yaml.project.flows.schema.partial import partial_schema  # few flows need this import

        reason = str(error) if isinstance(error, Unknowable) else "its signature is nested too deeply"
        return _Parameters(None, partial_schema(function, descriptions), reason)


def _docstring(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> str | None:
    """Return the docstring of a definition, without its indentation."""
    text = ast.get_docstring(node, clean=False)
    return inspect.cleandoc(text) if text else None


def _unknown(found: FlowDefinition) -> frozenset[str]:
    if found.function is None and found.options is None:
        return frozenset(OPTIONS)
    options = found.options or found.possible
    return options.unknown if options else frozenset()


def _completed(flow: Flow, loaded: LoadResult, parameters: _Parameters, unknown: frozenset[str]) -> Flow:
    """Return *flow* with the results of loading, and a note about what is still unknown."""
    if parameters.reason:
        flow = replace(flow, parameter_schema=loaded.schema, value_schema=loaded.value_schema)
    if "name" in unknown:
        flow = replace(flow, name=loaded.name or flow.name)
    if "description" in unknown:
        flow = replace(flow, description=loaded.description or flow.description)
    if "version" in unknown and loaded.version and not _MD5.fullmatch(loaded.version):
        flow = replace(flow, version=loaded.version)
    if loaded.error:
        notes = tuple(_notes(flow, loaded, parameters, unknown))
        return replace(
            flow, notes=notes, value_schema=parameters.known.schema if parameters.known else flow.value_schema
        )
    return replace(flow, is_decorated=flow.is_decorated or loaded.name is not None)


def _notes(flow: Flow, loaded: LoadResult, parameters: _Parameters, unknown: frozenset[str]) -> Iterator[str]:
    error = loaded.error.rstrip(".")
    if parameters.reason:
        names = parameters.known.unknown if parameters.known else ()
        listed = ", ".join(f"`{name}`" for name in names)
        which = (
            f"parameter {listed}" if len(names) == 1 else f"parameters {listed}" if names else "parameters"
        )
        what = f"The {which} of `{flow.function}` cannot be determined from its source"
        yield f"{what} and will not be checked: {parameters.reason}; {error}."
    if "name" in unknown and loaded.name is None:
        taken = f"`{flow.name}` is used"
        yield (
            f"The name of the flow `{flow.function}` cannot be determined from its source; {taken}: {error}."
        )
